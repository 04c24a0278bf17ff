import { CONFIG_MAP, SECRET } from '../../core/kinds/registry.ts';
import type { Container, EnvVar, KeyToPath, Pod, Volume } from '../../core/schema/types.generated.ts';
import type { NodeContext } from '../actor.ts';

/** How a pod's spec refers to a ConfigMap or a Secret. */
interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

type Lookup = NodeContext['lookup'];

/** The keys of an object that a pod refers to, or why there are none. */
type Found = { readonly keys: ReadonlySet<string> } | { readonly missing: string };

type Data = Readonly<Record<string, unknown>> | undefined;

/** By the object: every pod of a namespace refers to the one with the cluster's certificate. */
const knownKeys = new WeakMap<object, ReadonlySet<string>>();

function keysOf(holder: object, ...parts: readonly Data[]): ReadonlySet<string> {
  let keys = knownKeys.get(holder);
  if (keys === undefined) {
    keys = new Set(parts.flatMap((part) => Object.keys(part ?? {})));
    knownKeys.set(holder, keys);
  }
  return keys;
}

function configMap(pod: Pod, { name = '' }: Reference, lookup: Lookup): Found {
  const found = lookup(CONFIG_MAP, pod.metadata.namespace ?? '', name);
  return found === undefined
    ? { missing: `configmap "${name}" not found` }
    : { keys: keysOf(found, found.data, found.binaryData) };
}

function secret(pod: Pod, { name = '' }: Reference, lookup: Lookup): Found {
  const found = lookup(SECRET, pod.metadata.namespace ?? '', name);
  return found === undefined
    ? { missing: `secret "${name}" not found` }
    : { keys: keysOf(found, found.data) };
}

/** What is wrong with a volume's or a projection's source (`MakePayload` of `pkg/volume/configmap` and `secret`). */
function sourceProblem(
  reference: Reference & { readonly items?: readonly KeyToPath[] },
  found: Found,
  missingKey: (key: string) => string,
): string | undefined {
  if (reference.optional === true) return undefined;
  if ('missing' in found) return found.missing;
  const item = reference.items?.find(({ key }) => !found.keys.has(key));
  return item === undefined ? undefined : missingKey(item.key);
}

const missingConfigKey = (key: string): string => `configmap references non-existent config key: ${key}`;
const missingSecretKey = (key: string): string => `references non-existent secret key: ${key}`;

function volumeProblem(pod: Pod, volume: Volume, lookup: Lookup): string | undefined {
  const { configMap: map, secret: confidential, projected } = volume;
  if (map !== undefined) return sourceProblem(map, configMap(pod, map, lookup), missingConfigKey);
  if (confidential !== undefined) {
    const { secretName: name, items, optional } = confidential;
    const reference = {
      ...(name === undefined ? {} : { name }),
      items: items ?? [],
      optional: optional === true,
    };
    return sourceProblem(reference, secret(pod, reference, lookup), missingSecretKey);
  }
  const problems: string[] = [];
  for (const source of projected?.sources ?? []) {
    const problem =
      source.configMap !== undefined
        ? sourceProblem(source.configMap, configMap(pod, source.configMap, lookup), missingConfigKey)
        : source.secret !== undefined
          ? sourceProblem(source.secret, secret(pod, source.secret, lookup), missingSecretKey)
          : undefined;
    if (problem !== undefined && !problems.includes(problem)) problems.push(problem);
  }
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
}

function isMounted(pod: Pod, name: string): boolean {
  const mounts = (container: Container): boolean =>
    container.volumeMounts?.some((mount) => mount.name === name) === true;
  return pod.spec.containers.some(mounts) || pod.spec.initContainers?.some(mounts) === true;
}

/** A volume that can't be set up yet, and why. */
export interface MountProblem {
  readonly volume: string;
  readonly message: string;
}

/**
 * The volumes of ConfigMaps and Secrets that can't be set up. One that no container mounts is not looked at
 * (`desired_state_of_world_populator.go`).
 */
export function mountProblems(pod: Pod, lookup: Lookup): readonly MountProblem[] {
  const problems: MountProblem[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const { configMap: map, secret: confidential, projected } = volume;
    if (map === undefined && confidential === undefined && projected === undefined) continue;
    const message = volumeProblem(pod, volume, lookup);
    if (message !== undefined && isMounted(pod, volume.name)) problems.push({ volume: volume.name, message });
  }
  return problems;
}

function variableProblem(pod: Pod, { valueFrom }: EnvVar, lookup: Lookup): string | undefined {
  const { configMapKeyRef: inMap, secretKeyRef: inSecret } = valueFrom ?? {};
  const reference = inMap ?? inSecret;
  if (reference === undefined || reference.optional === true) return undefined;
  const found = inMap === undefined ? secret(pod, reference, lookup) : configMap(pod, reference, lookup);
  if ('missing' in found) return found.missing;
  if (found.keys.has(reference.key)) return undefined;
  const kind = inMap === undefined ? 'Secret' : 'ConfigMap';
  return `couldn't find key ${reference.key} in ${kind} ${pod.metadata.namespace}/${reference.name}`;
}

/** Why a container's environment can't be made (`makeEnvironmentVariables` of `pkg/kubelet/kubelet_pods.go`). */
export function environmentProblem(pod: Pod, container: Container, lookup: Lookup): string | undefined {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ?? secretRef;
    if (reference === undefined || reference.optional === true) continue;
    const found =
      configMapRef === undefined ? secret(pod, reference, lookup) : configMap(pod, reference, lookup);
    if ('missing' in found) return found.missing;
  }
  for (const variable of container.env ?? []) {
    const problem = variableProblem(pod, variable, lookup);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
