import { equalValues } from '../../core/api/equal.ts';
import { SAFE_ALPHABET } from '../../core/api/identity.ts';
import type { StringMap } from '../../core/api/object.ts';
import type { PodTemplateSpec } from '../../core/schema/types.generated.ts';

/** `apps.DefaultDeploymentUniqueLabelKey`. */
export const POD_TEMPLATE_HASH = 'pod-template-hash';

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** The real hasher gets the collision count as a little-endian number in eight bytes. */
const COLLISION_COUNT_BYTES = 8;

/** JSON with sorted keys, without keys that hold `undefined`: one text for equal values. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, unknown>>;
  const fields = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`);
  return `{${fields.join(',')}}`;
}

function fnv1a(text: string, collisionCount: number | undefined): number {
  let hash = FNV_OFFSET_BASIS;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  if (collisionCount !== undefined) {
    for (let i = 0; i < COLLISION_COUNT_BYTES; i += 1) {
      const byte = i < 4 ? (collisionCount >>> (8 * i)) & 0xff : 0;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
  }
  return hash >>> 0;
}

/** `rand.SafeEncodeString`: each character's code chooses one of the letters that spell nothing. */
function safelyEncoded(text: string): string {
  let encoded = '';
  for (let i = 0; i < text.length; i += 1) {
    encoded += SAFE_ALPHABET[text.charCodeAt(i) % SAFE_ALPHABET.length] as string;
  }
  return encoded;
}

/** The hash without a collision count, which nearly every Deployment is without. */
const plainHashes = new WeakMap<PodTemplateSpec, string>();

/**
 * The name that a pod template goes by. As the real `ComputeHash` it is a 32-bit FNV-1a in decimal, letter by
 * letter in the safe alphabet, and changes with the collision count. The hashed text is another one: the real
 * controller hashes a dump of Go's own structures, so its hashes can't be had here.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  if (collisionCount !== undefined) return safelyEncoded(String(fnv1a(canonical(template), collisionCount)));
  const known = plainHashes.get(template);
  if (known !== undefined) return known;
  const hash = safelyEncoded(String(fnv1a(canonical(template), undefined)));
  plainHashes.set(template, hash);
  return hash;
}

function withoutHash(labels: StringMap | undefined): StringMap | undefined {
  if (labels === undefined) return undefined;
  const { [POD_TEMPLATE_HASH]: _, ...rest } = labels;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

interface Comparison {
  readonly other: PodTemplateSpec;
  readonly equal: boolean;
}

/** The last comparison of each ReplicaSet's template: it is made again at every turn of its Deployment. */
const comparisons = new WeakMap<PodTemplateSpec, Comparison>();

/** `EqualIgnoreHash`: equal but for the label with the hash. */
export function equalIgnoringHash(
  ofReplicaSet: PodTemplateSpec | undefined,
  wanted: PodTemplateSpec,
): boolean {
  if (ofReplicaSet === undefined) return false;
  const known = comparisons.get(ofReplicaSet);
  if (known !== undefined && known.other === wanted) return known.equal;
  const { labels: left, ...leftMetadata } = ofReplicaSet.metadata ?? {};
  const { labels: right, ...rightMetadata } = wanted.metadata ?? {};
  const equal =
    equalValues(ofReplicaSet.spec, wanted.spec) &&
    equalValues(withoutHash(left), withoutHash(right)) &&
    equalValues(leftMetadata, rightMetadata);
  comparisons.set(ofReplicaSet, { other: wanted, equal });
  return equal;
}
