import type { ApiStore } from './api-store.ts';
import type { Command, Result } from './command.ts';
import type { RequestContext } from './identity.ts';
import { objectKey } from './object.ts';
import { conflict, notFound } from './status.ts';
import { replaceObject, replaceStatus } from './update.ts';

/** A patch is computed from the stored object at the moment it is applied, so it never meets a conflict. */
export function patchObject(
  server: ApiStore,
  command: Extract<Command, { verb: 'patch' }>,
  context: RequestContext,
): Result {
  const { kind, namespace, name, uid } = command;
  const key = objectKey(namespace, name);
  const stored = server.state.getByKey(kind, key);
  if (stored === undefined) return { ok: false, status: notFound(kind, name) };
  if (uid !== undefined && uid !== stored.metadata.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`;
    return { ok: false, status: conflict(kind, name, detail) };
  }
  const next = command.change(stored);
  if (next === stored) return { ok: true, object: stored, rv: 0 };
  return command.subresource === 'status'
    ? replaceStatus(server, kind, key, stored, next, context)
    : replaceObject(server, kind, key, stored, next, context);
}
