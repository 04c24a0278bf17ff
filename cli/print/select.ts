import { type KubeObject, objectKey } from '../../core/api/object.ts';
import { notFound } from '../../core/api/status.ts';
import { materialiseLease } from '../../core/kinds/lease.ts';
import { LEASE } from '../../core/kinds/registry.ts';
import { compileRequirements, type Matcher } from '../../core/labels.ts';
import type { Lease } from '../../core/schema/types.generated.ts';
import { parseSelector } from '../../core/selector-text.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { DEFAULT_NAMESPACE } from '../../sim/scenario/resource-name.ts';
import type { ResourceRequest } from './resources.ts';

export interface SelectOptions {
  /** `-n`; `default` unless given. */
  readonly namespace?: string;
  /** `-A`. */
  readonly allNamespaces?: boolean;
  /** `-l`. */
  readonly selector?: string;
}

/** The objects of one request, and what was asked for in vain. */
export interface Selected {
  readonly request: ResourceRequest;
  readonly objects: readonly KubeObject[];
  readonly missing: readonly string[];
}

export type Selection =
  | { readonly ok: true; readonly selected: readonly Selected[] }
  | { readonly ok: false; readonly error: string };

/** An object as a client of the API sees it: what heartbeats leave out is computed. */
export function asClientsSee(object: KubeObject, now: Micros): KubeObject {
  if (object.kind !== LEASE.kind || object.apiVersion !== LEASE.apiVersion) return object;
  return materialiseLease(object as Lease, now);
}

function matcherOf(selector: string | undefined): Matcher | string {
  if (selector === undefined || selector === '') return () => true;
  const parsed = parseSelector(selector);
  return parsed.ok ? compileRequirements(parsed.requirements) : parsed.error;
}

/** As the API server tells of a name that it doesn't know. */
function missingText(request: ResourceRequest, name: string): string {
  return `Error from server (NotFound): ${notFound(request.kind, name).message}`;
}

export function select(
  view: View,
  now: Micros,
  requests: readonly ResourceRequest[],
  options: SelectOptions,
): Selection {
  const matches = matcherOf(options.selector);
  if (typeof matches === 'string') return { ok: false, error: `unable to parse selector: ${matches}` };
  const named = requests.some((request) => request.names !== undefined);
  if (named && options.selector !== undefined && options.selector !== '') {
    return { ok: false, error: 'name cannot be provided when a selector is specified' };
  }
  if (named && options.allNamespaces === true) {
    return { ok: false, error: 'a resource cannot be retrieved by name across all namespaces' };
  }
  const namespace = options.namespace ?? DEFAULT_NAMESPACE;
  const selected = requests.map((request): Selected => {
    const { kind, names } = request;
    if (names === undefined) {
      const within = kind.namespaced && options.allNamespaces !== true ? namespace : undefined;
      const objects = view.list(kind, within).filter((object) => matches(object.metadata.labels));
      return { request, objects: objects.map((object) => asClientsSee(object, now)), missing: [] };
    }
    const objects: KubeObject[] = [];
    const missing: string[] = [];
    for (const name of names) {
      const object = view.getByKey(kind, objectKey(kind.namespaced ? namespace : undefined, name));
      if (object === undefined) missing.push(missingText(request, name));
      else objects.push(asClientsSee(object, now));
    }
    return { request, objects, missing };
  });
  return { ok: true, selected };
}

/** What kubectl says on stderr where there is nothing to show. */
export function nothingFound(requests: readonly ResourceRequest[], options: SelectOptions): string {
  const namespaced = requests.some((request) => request.kind.namespaced);
  if (options.allNamespaces === true || !namespaced) return 'No resources found\n';
  return `No resources found in ${options.namespace ?? DEFAULT_NAMESPACE} namespace.\n`;
}
