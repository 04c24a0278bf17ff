import { equalValues } from '../../core/api/equal.ts';
import { type KubeObject, splitKey } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { materialiseLease } from '../../core/kinds/lease.ts';
import { EVENT, KINDS, LEASE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import { userOf } from '../../core/rbac/component-user.ts';
import type { Lease, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, rfc3339Micro } from '../../core/time.ts';
import { isAutoscaler } from '../measures/deployments.ts';
import { type RandomStream, randomStream } from '../random/keyed.ts';
import type { Fields } from './clean-object.ts';
import { mergeDiff } from './merge-diff.ts';

/** What a write was as a request: its verb, where it went, and its body. */
interface Request {
  readonly verb: 'create' | 'update' | 'patch' | 'delete';
  readonly subresource?: string;
  readonly body: Fields | undefined;
  readonly code: number;
}

function fields(object: KubeObject): Fields {
  return object as unknown as Fields;
}

/** As a client sends it: what only the API server writes is not in it. */
function sent(object: KubeObject): Fields {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown };
  const {
    uid: _uid,
    resourceVersion: _rv,
    creationTimestamp: _at,
    generation: _generation,
    ...own
  } = metadata;
  return { ...rest, metadata: own };
}

/** What a writer of status leaves alone. */
function withoutStatus(object: KubeObject): Fields {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { resourceVersion: _rv, managedFields: _fields, ...own } = metadata;
  return { ...rest, metadata: own };
}

function isEvicted(object: KubeObject): boolean {
  const conditions = (object as Pod).status.conditions;
  return (
    conditions?.some(
      ({ type, reason }) => type === 'DisruptionTarget' && reason === 'EvictionByEvictionAPI',
    ) === true
  );
}

function deletionOf(kind: Kind, object: KubeObject): Request {
  if (kind === POD && isEvicted(object)) {
    const { name, namespace } = object.metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    return { verb: 'create', subresource: 'eviction', body, code: 201 };
  }
  const grace = object.metadata.deletionGracePeriodSeconds;
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
  };
  return { verb: 'delete', body, code: 200 };
}

function nodeNameOf(object: KubeObject): string {
  return (object as Pod).spec.nodeName ?? '';
}

/** One request for each write; a granted eviction is three writes, of which the last stands for all. */
function requestOf(record: EventRecord): Request | undefined {
  const { kind, previous, next, actor } = record;
  if (next === undefined) {
    return previous === undefined ? undefined : { verb: 'delete', body: undefined, code: 200 };
  }
  if (previous === undefined) return { verb: 'create', body: sent(next), code: 201 };
  if (previous.metadata.deletionTimestamp === undefined && next.metadata.deletionTimestamp !== undefined) {
    return deletionOf(kind, next);
  }
  if (kind === POD && nodeNameOf(previous) === '' && nodeNameOf(next) !== '') {
    const { name, namespace } = next.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: nodeNameOf(next) };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
    return { verb: 'create', subresource: 'binding', body, code: 201 };
  }
  if (kind === POD && !isEvicted(previous) && isEvicted(next)) return undefined;
  if (equalValues(withoutStatus(previous), withoutStatus(next))) {
    const status = (object: KubeObject): Fields => ({ status: fields(object).status ?? {} });
    const patch = mergeDiff(status(previous), status(next));
    return actor.startsWith('kubelet/')
      ? { verb: 'patch', subresource: 'status', body: patch, code: 200 }
      : { verb: 'update', subresource: 'status', body: fields(next), code: 200 };
  }
  if (isAutoscaler(actor)) {
    const { name, namespace } = next.metadata;
    const { replicas } = (fields(next).spec ?? {}) as { readonly replicas?: number };
    const body = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name, namespace },
      spec: { replicas },
    };
    return { verb: 'update', subresource: 'scale', body, code: 200 };
  }
  const isPerson = actor === 'user' || actor.startsWith('client/');
  const changed = mergeDiff(sent(previous), sent(next));
  return isPerson
    ? { verb: 'patch', body: changed ?? {}, code: 200 }
    : { verb: 'update', body: fields(next), code: 200 };
}

function uriOf(
  kind: Kind,
  namespace: string | undefined,
  name: string | undefined,
  subresource: string | undefined,
): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const parts = [
    root,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    kind.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return parts.join('/');
}

function hex(random: RandomStream, rv: number, part: number): string {
  return random.draw(`${rv}`, `${part}`).toString(16).padStart(8, '0');
}

function auditId(random: RandomStream, rv: number): string {
  const text = [0, 1, 2, 3].map((part) => hex(random, rv, part)).join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-a${text.slice(17, 20)}-${text.slice(20, 32)}`;
}

interface RenewedLease extends Lease {
  readonly spec: Lease['spec'] & { readonly renewEverySeconds?: number };
}

/** As a reader of the API sees it. */
function shown(object: KubeObject, t: Micros): KubeObject {
  return object.kind === LEASE.kind ? materialiseLease(object as Lease, t) : object;
}

/**
 * A log's writes as the API server would have audited them, at the level RequestResponse: one event for each request.
 * What the simulation keeps for itself (when a machine without power last renewed its Lease) no API server has seen.
 */
export class AuditExporter {
  private readonly random: RandomStream;

  constructor(seed: number) {
    this.random = randomStream(seed, 'audit');
  }

  /** The event of a record, if it is one. */
  event(record: LogRecord): Fields | undefined {
    if (record.type !== 'event') return undefined;
    const { kind, key, t, rv, actor } = record;
    const isRenewal = kind === LEASE && record.next !== undefined;
    if (isRenewal && (record.next as RenewedLease).spec.renewEverySeconds === undefined) return undefined;
    const request = requestOf(record);
    if (request === undefined) return undefined;
    const { namespace, name } = splitKey(key);
    const { verb, subresource, body, code } = request;
    const time = rfc3339Micro(t);
    const object = record.next ?? record.previous;
    const isCreation = verb === 'create' && subresource === undefined;
    return {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'RequestResponse',
      auditID: auditId(this.random, rv),
      stage: 'ResponseComplete',
      requestURI: uriOf(kind, namespace, isCreation ? undefined : name, subresource),
      verb,
      user: { username: userOf(actor) },
      sourceIPs: ['10.0.0.1'],
      userAgent: actor,
      objectRef: {
        resource: kind.plural,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        ...(kind.group === '' ? {} : { apiGroup: kind.group }),
        apiVersion: kind.version,
        ...(subresource === undefined ? {} : { subresource }),
      },
      responseStatus: { metadata: {}, code },
      ...(body === undefined ? {} : { requestObject: body }),
      ...(object === undefined || verb === 'delete' || (verb === 'create' && subresource !== undefined)
        ? {}
        : { responseObject: shown(object, t) }),
      requestReceivedTimestamp: time,
      stageTimestamp: time,
    };
  }
}

/** The state of a cluster as `kubectl get -A -o yaml` shows it. Events and Leases say when, not what. */
export function exportDump(view: View): Fields {
  const items = KINDS.filter((kind) => kind !== EVENT && kind !== LEASE).flatMap((kind) => view.list(kind));
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
}
