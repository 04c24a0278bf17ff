import { failure, type Status } from '../api/status.ts';
import type { Access } from '../rbac/rule.ts';
import { isTrue } from './request.ts';

/**
 * What a request is for, as far as that decides whether it is served: from its path alone, whether or not anything is
 * served there (apiserver `RequestInfoFactory`).
 */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export type RequestInfo =
  | { readonly isResource: false; readonly verb: string; readonly path: string }
  | {
      readonly isResource: true;
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly namespace: string;
      readonly resource: string;
      readonly subresource: string;
      readonly name: string;
    };

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Verbs that stand in the path, from a time before the query. */
const IN_PATH: readonly string[] = ['proxy', 'watch'];
/** What after the name of a namespace is a part of it. */
const OF_NAMESPACE: readonly string[] = ['status', 'finalize'];

/** A list of the one object of a name is a list, and its name counts. */
function nameIn(fieldSelector: string | undefined): string {
  const [, name = ''] = /(?:^|,)metadata\.name==?([^,]+)/.exec(fieldSelector ?? '') ?? [];
  return name;
}

export function requestInfo({ method, path, query }: Asked): RequestInfo {
  const notResource = { isResource: false, verb: method.toLowerCase(), path } as const;
  const all = path.split('/').filter((part, index) => index > 0 || part !== '');
  while (all.length > 0 && all.at(-1) === '') all.pop();
  const [root] = all;
  const isCore = root === 'api';
  if ((!isCore && root !== 'apis') || all.length < 3) return notResource;
  const group = isCore ? '' : (all[1] ?? '');
  let parts = all.slice(isCore ? 1 : 2);
  const version = parts[0] ?? '';
  parts = parts.slice(1);
  let verb = VERBS[method] ?? '';
  const [first = ''] = parts;
  if (IN_PATH.includes(first) && parts.length > 1) {
    verb = first;
    parts = parts.slice(1);
  }
  if (parts.length === 0) return notResource;
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? '';
    if (parts.length > 2 && !OF_NAMESPACE.includes(parts[2] ?? '')) parts = parts.slice(2);
  }
  const [resource = '', given = '', third = ''] = parts;
  const subresource = verb === 'proxy' ? '' : third;
  let name = given;
  if (name === '' && (verb === 'get' || verb === 'delete' || verb === 'watch')) {
    name = nameIn(query.fieldSelector);
    if (verb === 'get') verb = isTrue(query.watch) ? 'watch' : 'list';
    if (verb === 'delete') verb = 'deletecollection';
  } else if (verb === 'get' && isTrue(query.watch) && subresource === '') verb = 'watch';
  return { isResource: true, verb, group, version, namespace, resource, subresource, name };
}

export function accessOf(info: RequestInfo): Access {
  if (!info.isResource) return { verb: info.verb, path: info.path };
  const { verb, group, namespace, name, resource, subresource } = info;
  return { verb, group, namespace, name, resource: joined(resource, subresource) };
}

function joined(resource: string, subresource: string): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}

/** The words of a denial (apiserver `responsewriters.forbiddenMessage`). */
export function denial(user: string, info: RequestInfo, reason: string): Status {
  const because = reason === '' ? '' : `: ${reason}`;
  const who = `User ${JSON.stringify(user)} cannot ${info.verb}`;
  if (!info.isResource) {
    return failure('Forbidden', `forbidden: ${who} path ${JSON.stringify(info.path)}${because}`, {});
  }
  const { group, namespace, name, resource, subresource } = info;
  const what = `resource ${JSON.stringify(joined(resource, subresource))} in API group ${JSON.stringify(group)}`;
  const place = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const subject = group === '' ? resource : `${resource}.${group}`;
  const quoted = name === '' ? '' : ` ${JSON.stringify(name)}`;
  return failure('Forbidden', `${subject}${quoted} is forbidden: ${who} ${what} ${place}${because}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
