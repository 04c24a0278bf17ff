/**
 * Chooses what of the package goes into the schema (the current version of each built-in kind) and
 * what each struct is called.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The API's groups at the versions that the schema carries. Of two equal names, the first here keeps it. */
const GROUP_VERSIONS = [
  'v1',
  'apps/v1',
  'autoscaling/v2',
  'autoscaling/v1',
  'batch/v1',
  'policy/v1',
  'networking.k8s.io/v1',
  'discovery.k8s.io/v1',
  'rbac.authorization.k8s.io/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'storage.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'node.k8s.io/v1',
  'coordination.k8s.io/v1',
  'certificates.k8s.io/v1',
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'resource.k8s.io/v1',
  'events.k8s.io/v1',
];

/** What requests and answers are made of, besides the kinds. */
const META_ROOTS = ['ListMeta', 'DeleteOptions', 'Condition', 'LabelSelector', 'ObjectMeta'];

/** @param {{ models: string, machinery: string }} source @returns {string[]} */
export function rootsOf(source) {
  const roots = META_ROOTS.map((name) => `@/apis/meta/v1/${name}`);
  for (const groupVersion of GROUP_VERSIONS) {
    const dir = join(source.models, groupVersion);
    if (!existsSync(dir)) throw new Error(`kubernetes-models has no ${groupVersion}`);
    for (const file of readdirSync(dir).sort()) {
      if (!file.endsWith('.d.ts')) continue;
      const text = readFileSync(join(dir, file), 'utf8');
      if (!/^export interface \w+ extends TypeMeta/m.test(text)) continue;
      // `PodList` and the like are one shape, and the server writes it.
      if (/ListMeta";$/m.test(text)) continue;
      roots.push(`${groupVersion}/${file.slice(0, -'.d.ts'.length)}`);
    }
  }
  return roots;
}

/**
 * @param {Iterable<import('./read-models.mjs').Struct>} structs
 * @returns {Map<string, string>} the name in TypeScript, by the struct's identity
 */
export function nameStructs(structs) {
  const rank = (struct) => (struct.group === 'meta' ? -1 : GROUP_VERSIONS.indexOf(groupVersionOf(struct)));
  const ordered = [...structs].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  const names = new Map();
  const taken = new Set();
  for (const struct of ordered) {
    const name = taken.has(struct.base) ? prefixOf(struct) + struct.base : struct.base;
    if (taken.has(name)) throw new Error(`two structs are called ${name}`);
    taken.add(name);
    names.set(struct.id, name);
  }
  return names;
}

/** @param {import('./read-models.mjs').Struct} struct */
function groupVersionOf(struct) {
  return struct.group === '' ? struct.version : `${struct.group}/${struct.version}`;
}

function prefixOf(struct) {
  const word = struct.group.split('.')[0];
  return word[0].toUpperCase() + word.slice(1) + struct.version.toUpperCase();
}
