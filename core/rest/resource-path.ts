import { OTHER_VERSIONS } from '../kinds/catalog.ts';
import { storedVersion } from '../kinds/conversion.ts';
import { customKindAt, servesCustomVersion } from '../kinds/custom/lookup.ts';
import type { Kind } from '../kinds/kind.ts';
import { KINDS, kindFor } from '../kinds/registry.ts';
import type { View } from '../store/view.ts';

/** What a path of the API names. */
export interface ResourcePath {
  readonly kind: Kind;
  /** Of the URL: `apps/v1`. */
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The old way to watch: `/api/v1/watch/…`. */
  readonly isWatch: boolean;
}

/** Why a path names nothing. `group`: nobody serves the group at all, which is answered by the mux, in plain text. */
export type PathProblem = 'group' | 'resource' | 'not-resource';

const byPath = new Map<string, Kind>(
  KINDS.map((kind) => [`${kind.apiVersion}/${kind.plural}`, kind as Kind]),
);
for (const { group, version, kind, plural } of OTHER_VERSIONS) {
  const stored = kindFor(storedVersion(`${group}/${version}`, kind), kind);
  if (stored !== undefined) byPath.set(`${group}/${version}/${plural}`, stored);
}
const groupVersions = new Set([...byPath.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))));

/** Subresources of a namespace, which stand where its resources do. */
const OF_NAMESPACE: readonly string[] = ['status', 'finalize'];

function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment, index) => index > 0 && segment !== '');
}

/** `/apis/apps/v1/namespaces/default/deployments/web/scale`. */
export function parseResourcePath(path: string, view: View): ResourcePath | PathProblem {
  const [root, ...segments] = segmentsOf(path);
  if (root !== 'api' && root !== 'apis') return 'not-resource';
  const apiVersion = (root === 'api' ? segments.slice(0, 1) : segments.slice(0, 2)).join('/');
  let rest = segments.slice(root === 'api' ? 1 : 2);
  if (rest.length === 0) return 'not-resource';
  const isServed = groupVersions.has(apiVersion) || servesCustomVersion(view, apiVersion);
  if (!isServed || (root === 'api') !== !apiVersion.includes('/')) return 'group';
  const isWatch = rest[0] === 'watch';
  if (isWatch) rest = rest.slice(1);
  let namespace: string | undefined;
  if (rest[0] === 'namespaces' && rest.length > 2 && !OF_NAMESPACE.includes(rest[2] ?? '')) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [plural = '', name, subresource, ...extra] = rest;
  const kind = byPath.get(`${apiVersion}/${plural}`) ?? customKindAt(view, apiVersion, plural);
  if (kind === undefined || extra.length > 0) return 'resource';
  if (!kind.namespaced && namespace !== undefined) return 'resource';
  return { kind, apiVersion, namespace, name, subresource, isWatch };
}
