import type { ApiStore } from '../api/api-store.ts';
import type { Result } from '../api/command.ts';
import type { RequestContext } from '../api/identity.ts';
import { type KubeObject, type NewObject, objectKey } from '../api/object.ts';
import { badRequest, failure, notFound, type Status } from '../api/status.ts';
import { toStoredVersion } from '../kinds/conversion.ts';
import { withStructs } from '../schema/filled.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';
import type { ResourcePath } from './resource-path.ts';
import { shownObject } from './shown.ts';

/** What every request that writes has, and what all of them do alike. */

export interface WriteContext {
  /** Where it is written to; for a dry run a store that keeps nothing. */
  readonly store: ApiStore;
  readonly isDry: boolean;
  readonly context: RequestContext;
  readonly request: RestRequest;
  readonly path: ResourcePath;
}

export const METHOD_NOT_ALLOWED: Status = failure(
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
  {},
);
export const NO_SUCH_RESOURCE: Status = failure(
  'NotFound',
  'the server could not find the requested resource',
  {},
);

/** The object as it is stored now, in the version of the request. */
export function answerOf(
  { path, context }: WriteContext,
  result: Result,
  code: number,
  warnings: readonly string[] = [],
): RestAnswer {
  if (!result.ok) return refusal(result.status);
  return answer(code, shownObject(result.object, context.now, path.apiVersion), warnings);
}

/** Names and namespaces stand in the URL too, and must not say otherwise there. */
export function placed(object: NewObject, path: ResourcePath): NewObject | Status {
  const named = namedAsUrl(object, path);
  return isStatus(named) ? named : inStoredVersion(withStructs(named), path);
}

/** The same for a configuration, which says no more than its sender wrote. */
export function placedAsSent(object: NewObject, path: ResourcePath): NewObject | Status {
  const named = namedAsUrl(object, path);
  return isStatus(named) ? named : inStoredVersion(named, path);
}

function inStoredVersion(object: NewObject, { kind }: ResourcePath): NewObject {
  if (kind.custom === undefined) return toStoredVersion(object);
  return object.apiVersion === kind.apiVersion ? object : { ...object, apiVersion: kind.apiVersion };
}

function namedAsUrl(object: NewObject, { kind, namespace, name }: ResourcePath): NewObject | Status {
  const { metadata } = object;
  if (kind.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    return badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const own = kind.namespaced ? { namespace } : {};
  return {
    ...object,
    metadata: { ...metadata, ...own, ...(name === undefined ? {} : { name }) },
  } as NewObject;
}

export function isStatus(value: object): value is Status {
  return 'kind' in value && value.kind === 'Status' && 'code' in value;
}

export function stored({ store, path }: WriteContext): KubeObject | undefined {
  return store.state.getByKey(path.kind, objectKey(path.namespace, path.name ?? ''));
}

export function missing({ path }: WriteContext): RestAnswer {
  return refusal(notFound(path.kind, path.name ?? ''));
}
