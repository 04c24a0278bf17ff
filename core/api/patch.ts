import type { ApiStore } from './api-store.ts';
import { type Command, type Result, refused } from './command.ts';
import type { RequestContext } from './identity.ts';
import { objectKey } from './object.ts';
import { notFound, uidConflict } from './status.ts';
import { replaceObject, replaceStatus } from './update.ts';

/** A patch is computed from the stored object at the moment it is applied, so it never meets a conflict. */
export function patchObject(
  server: ApiStore,
  command: Extract<Command, { verb: 'patch' }>,
  context: RequestContext,
): Result {
  const { kind, namespace, name, uid, key = objectKey(namespace, name) } = command;
  const stored = server.state.getByKey(kind, key);
  if (stored === undefined) return refused(notFound(kind, name));
  if (uid !== undefined && uid !== stored.metadata.uid) {
    return refused(uidConflict(kind, name, uid, stored.metadata.uid));
  }
  const next = command.change(stored);
  if (next === stored) return { ok: true, object: stored, rv: 0 };
  return command.subresource === 'status'
    ? replaceStatus(server, kind, key, stored, next, context)
    : replaceObject(server, kind, key, stored, next, context);
}
