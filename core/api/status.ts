/**
 * Failures of the API are values: `metav1.Status`, with the reasons, codes and message texts of Kubernetes
 * (apimachinery `api/errors`). This is the one table of them.
 */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export type StatusReason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'InternalError'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotFound'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'Unauthorized';

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: StatusReason;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

const CODE: Readonly<Record<StatusReason, number>> = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Expired: 410,
  Forbidden: 403,
  InternalError: 500,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotFound: 404,
  ServerTimeout: 500,
  Timeout: 504,
  TooManyRequests: 429,
  Unauthorized: 401,
};

/** `plural.group`, as messages name a resource; the core group has no suffix. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export function qualifiedResource(resource: ResourceName): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function qualifiedKind(resource: ResourceName): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

export function failure(reason: StatusReason, message: string, details?: Status['details']): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code: CODE[reason],
  };
}

function detailsOf(resource: ResourceName, name: string): NonNullable<Status['details']> {
  const group = resource.group === '' ? {} : { group: resource.group };
  return { name, ...group, kind: resource.plural };
}

export function alreadyExists(resource: ResourceName, name: string): Status {
  return failure(
    'AlreadyExists',
    `${qualifiedResource(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

export function notFound(resource: ResourceName, name: string): Status {
  return failure('NotFound', `${qualifiedResource(resource)} "${name}" not found`, detailsOf(resource, name));
}

/** The text of a stale `resourceVersion` on update (registry/generic `OptimisticLockErrorMsg`). */
export const OPTIMISTIC_LOCK =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(resource: ResourceName, name: string, detail: string): Status {
  return failure(
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${detail}`,
    detailsOf(resource, name),
  );
}

/** Another object than the one that was meant stands under the name. */
export function uidConflict(resource: ResourceName, name: string, wanted: string, stored: string): Status {
  return conflict(
    resource,
    name,
    `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${stored}`,
  );
}

export function forbidden(
  resource: ResourceName,
  name: string,
  detail: string,
  causes?: readonly StatusCause[],
): Status {
  return failure('Forbidden', `${qualifiedResource(resource)} "${name}" is forbidden: ${detail}`, {
    ...detailsOf(resource, name),
    ...(causes === undefined ? {} : { causes }),
  });
}

/** A field error of validation: `field.Error` of apimachinery, as data. */
export interface FieldError {
  readonly type:
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueInvalid'
    | 'FieldValueNotFound'
    | 'FieldValueNotSupported'
    | 'FieldValueRequired'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid';
  /** Path as Kubernetes prints it: `spec.containers[0].name`. */
  readonly field: string;
  /** The whole text after `field: `, for instance `Required value` or `Invalid value: -1: must be …`. */
  readonly body: string;
}

/** A 422 whose message lists the field errors as `kubectl` prints them. */
export function invalid(resource: ResourceName, name: string, errors: readonly FieldError[]): Status {
  const texts = errors.map((error) => `${error.field}: ${error.body}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const group = resource.group === '' ? {} : { group: resource.group };
  return failure('Invalid', `${qualifiedKind(resource)} "${name}" is invalid: ${list}`, {
    name,
    ...group,
    kind: resource.kind,
    causes: errors.map((error) => ({ reason: error.type, message: error.body, field: error.field })),
  });
}

export function badRequest(message: string): Status {
  return failure('BadRequest', message);
}

/** A watch or a chunked list from a version that compaction has removed (etcd's `ErrCompacted`). */
export function expired(message: string): Status {
  return failure('Expired', message);
}
