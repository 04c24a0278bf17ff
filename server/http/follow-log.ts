import type { ServerResponse } from 'node:http';
import { objectKey } from '../../core/api/object.ts';
import { notFound, type Status } from '../../core/api/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import { formatLines, logsOf, selectLines } from '../../core/rest/logs.ts';
import { isTrue, type RestRequest } from '../../core/rest/request.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';
import type { Session } from '../session/session.ts';

/** Whether a request is to stay and hear what a container prints next (`kubectl logs -f`). */
export function isFollowed({ path, query }: Pick<RestRequest, 'path' | 'query'>): boolean {
  return isTrue(query.follow) && path.endsWith('/log');
}

/** Lines until the container ends, or the client goes. A status is what was wrong with what it asked. */
export function followLog(
  response: ServerResponse,
  session: Session,
  { path, query }: Pick<RestRequest, 'path' | 'query'>,
): Status | undefined {
  const resource = parseResourcePath(path, session.view);
  if (typeof resource === 'string' || resource.kind !== POD) return undefined;
  const { namespace, name = '' } = resource;
  const key = objectKey(namespace, name);
  const pod = session.view.getByKey(POD, key);
  if (pod === undefined) return notFound(POD, name);
  const { uid } = pod.metadata;
  const begin = logsOf(pod, query, session.now);
  if (!begin.ok) return begin.status;
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  response.write(formatLines(selectLines(begin.lines, query, session.now), query));
  if (!begin.isRunning) {
    response.end();
    return undefined;
  }
  let shown = begin.lines.at(-1)?.at ?? session.now;
  const unsubscribe = session.onRecords(() => {
    const next = session.view.getByKey(POD, key);
    const logs = next?.metadata.uid === uid ? logsOf(next, query, session.now) : undefined;
    if (logs?.ok !== true) {
      response.end();
      return;
    }
    const more = logs.lines.filter(({ at }) => at > shown);
    shown = more.at(-1)?.at ?? shown;
    if (more.length > 0) response.write(formatLines(more, query));
    if (!logs.isRunning) response.end();
  });
  response.on('close', unsubscribe);
  return undefined;
}
