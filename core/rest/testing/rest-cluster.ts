import { type Cluster, cluster } from '../../api/testing/cluster.ts';
import { DEFAULT_START, SECOND } from '../../time.ts';
import type { RestAnswer, RestRequest } from '../request.ts';
import { serveRead, serveWriteRequest } from '../rest.ts';

/** An API server with a namespace, spoken to in paths and JSON. */
export interface RestCluster extends Cluster {
  send(method: RestRequest['method'], path: string, body?: unknown, more?: Partial<RestRequest>): RestAnswer;
  /** Server-side apply of an object by a manager. */
  apply(manager: string, path: string, body: unknown, query?: Readonly<Record<string, string>>): RestAnswer;
}

const KEPT = { keep: () => undefined, find: () => undefined };

export function restCluster(): RestCluster {
  const own = cluster();
  let seconds = 1;
  const send: RestCluster['send'] = (method, path, body, more = {}) => {
    seconds += 1;
    const [plain = '', search = ''] = path.split('?');
    const query = Object.fromEntries(
      search
        .split('&')
        .filter((part) => part !== '')
        .map((part) => part.split('=').map(decodeURIComponent) as [string, string]),
    );
    const request: RestRequest = {
      method,
      path: plain,
      user: 'kubernetes-admin',
      groups: ['system:masters'],
      ...(body === undefined ? {} : { body }),
      ...more,
      query: { ...query, ...more.query },
    };
    const now = DEFAULT_START + seconds * SECOND;
    if (method === 'GET') return serveRead(request, { view: own.server.state, now, snapshots: KEPT });
    return serveWriteRequest(request, own.server, { now, actor: 'client/test', cause: 0 });
  };
  return {
    ...own,
    send,
    apply: (manager, path, body, query = {}) =>
      send('PATCH', path, body, {
        contentType: 'application/apply-patch+yaml',
        query: { fieldManager: manager, ...query },
      }),
  };
}

/** What an answer's body has at a path of fields. */
export function at(answer: RestAnswer, ...path: readonly string[]): unknown {
  let value: unknown = answer.body;
  for (const field of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[field];
  return value;
}
