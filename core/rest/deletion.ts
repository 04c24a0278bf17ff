import { OPEN } from '../api/admission/webhooks/verdict.ts';
import type { DeleteOptions } from '../api/command.ts';
import { deleteObject } from '../api/delete.ts';
import { type KubeObject, objectKey } from '../api/object.ts';
import { badRequest, failure, type Status } from '../api/status.ts';
import { NAMESPACE } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { answer, type RestAnswer, type RestRequest, refusal, success } from './request.ts';
import { selectionOf } from './selection.ts';
import { shownObject } from './shown.ts';
import { isStatus, METHOD_NOT_ALLOWED, type WriteContext } from './write-request.ts';

/** Deletion of one object, or of all that are selected. */

/** `DeleteOptions` in the body, and those that may stand in the query. */
export function deleteOptions({ body, query }: RestRequest): DeleteOptions | Status {
  const given = isJsonObject(body) ? body : {};
  const seconds =
    given.gracePeriodSeconds ??
    (query.gracePeriodSeconds === undefined ? undefined : Number(query.gracePeriodSeconds));
  const policy = given.propagationPolicy ?? query.propagationPolicy;
  if (seconds !== undefined && (typeof seconds !== 'number' || !Number.isSafeInteger(seconds))) {
    return badRequest('gracePeriodSeconds must be an integer');
  }
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    const message = `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`;
    return failure('Invalid', message, { group: 'meta.k8s.io', kind: 'DeleteOptions' });
  }
  const { uid, resourceVersion } = isJsonObject(given.preconditions) ? given.preconditions : {};
  return {
    ...(seconds === undefined ? {} : { gracePeriodSeconds: seconds }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  };
}

/** Kinds whose deletion answers with the object (`ReturnDeletedObject`). */
const RETURNED: readonly string[] = [
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
];

export function remove(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, namespace, name = '' } = path;
  const options = deleteOptions(request);
  if (isStatus(options)) return refusal(options);
  const result = deleteObject(store, { verb: 'delete', kind, namespace, name, options }, context);
  if (!result.ok) return refusal(result.status);
  const isGone = store.state.getByKey(kind, objectKey(namespace, name)) === undefined;
  const isReturned = RETURNED.includes(kind.resource) || !isGone;
  return answer(
    200,
    isReturned
      ? shownObject(result.object, context.now, path.apiVersion)
      : success(result.object, kind.group, kind.plural),
  );
}

/** `deletecollection`: one after the other; what was deleted is answered as a list. */
export function removeMany(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, namespace } = path;
  if (kind === NAMESPACE) return refusal(METHOD_NOT_ALLOWED);
  const options = deleteOptions(request);
  if (isStatus(options)) return refusal(options);
  const selection = selectionOf(kind, path.apiVersion, request.query);
  if (!selection.ok) return refusal(selection.status);
  const items: KubeObject[] = [];
  for (const object of store.state.list(kind, namespace).filter(selection.selects)) {
    const { name } = object.metadata;
    const of = object.metadata.namespace;
    const result = deleteObject(store, { verb: 'delete', kind, namespace: of, name, options }, context);
    if (result.ok) items.push(shownObject(result.object, context.now, path.apiVersion));
    // Of webhooks that are still to be asked, those of all the objects are found in one trial.
    else if (result.status !== OPEN && result.status.reason !== 'NotFound') return refusal(result.status);
  }
  const metadata = { resourceVersion: String(store.state.version) };
  return answer(200, { kind: `${kind.kind}List`, apiVersion: path.apiVersion, metadata, items });
}
