import { equalValues } from '../../core/api/equal.ts';
import { keyOf, objectKey } from '../../core/api/object.ts';
import { podCondition } from '../../core/kinds/pod/status.ts';
import { ENDPOINT_SLICE, NODE, POD, SERVICE } from '../../core/kinds/registry.ts';
import type { EndpointSlice, Pod, Service } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type {
  Controller,
  EventRequest,
  Reaction,
  Reconciliation,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { DONE } from '../controller.ts';
import { endpointChanged, hasEndpoint } from './endpoint.ts';
import { podsSelectedBy, selectsPods, servicesSelecting } from './service-pods.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, planSlices, SERVICE_NAME_LABEL } from './slice-plan.ts';

/**
 * The EndpointSlice controller (kubernetes `pkg/controller/endpointslice` and `k8s.io/endpointslice`): slices of
 * at most 100 endpoints for each Service with a selector. The updates of its pods are batched by the queue
 * alone, as with the default `--endpointslice-updates-batch-period 0`.
 */

/** `defaultSyncBackOff` and `maxSyncBackOff` of the controller's queue. */
const FIRST_BACKOFF: Micros = SECOND;
const MAX_BACKOFF: Micros = 1000 * SECOND;

/** What is kept of a Service between its turns. */
export interface SliceMemory {
  readonly service: Service;
  /** As they were when the slices were last brought up to date: their transition times tell what is new. */
  readonly pods: readonly Pod[];
  /** The version of each of its slices, by uid, as this controller saw or wrote them last. */
  readonly slices: ReadonlyMap<string, number>;
  /** The number of its last write: a cache that does not hold it yet is no base for the next one. */
  readonly lastWrite: number;
  /** Turns in a row that could not do their work. */
  readonly failures: number;
}

/** The slices of a Service that this controller manages and that are not being deleted. */
function slicesOf(view: View, service: Service): readonly EndpointSlice[] {
  const { namespace = '', name } = service.metadata;
  return view
    .labelled(ENDPOINT_SLICE, namespace, SERVICE_NAME_LABEL, name)
    .filter(
      ({ metadata }) =>
        metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY && metadata.deletionTimestamp === undefined,
    );
}

/** Whether nothing has happened to the Service, its pods or its slices since this controller wrote them. */
function isSettled(
  memory: SliceMemory,
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
): boolean {
  if (memory.failures > 0 || memory.service !== service || memory.pods.length !== pods.length) return false;
  if (memory.slices.size !== slices.length) return false;
  for (const { metadata } of slices) {
    if (memory.slices.get(metadata.uid) !== Number(metadata.resourceVersion)) return false;
  }
  return pods.every((pod, i) => pod === memory.pods[i]);
}

/**
 * The earliest of the changes that this turn publishes, for latency metrics (`TriggerTimeTracker`): pods by
 * the transition of their Ready condition, a new Service by its creation. Both lists are in key order.
 */
function triggerTimeOf(
  service: Service,
  pods: readonly Pod[],
  memory: SliceMemory | undefined,
): string | undefined {
  if (memory === undefined) return service.metadata.creationTimestamp;
  let earliest: string | undefined;
  const consider = (time: string | undefined, known: string | undefined): void => {
    if (time === undefined || (known !== undefined && time <= known)) return;
    if (earliest === undefined || time < earliest) earliest = time;
  };
  const before = memory.pods;
  let i = 0;
  for (const pod of pods) {
    while (i < before.length && (before[i] as Pod).metadata.name < pod.metadata.name) i += 1;
    const old = before[i]?.metadata.name === pod.metadata.name ? before[i] : undefined;
    if (old !== pod) consider(readySince(pod), old === undefined ? undefined : readySince(old));
  }
  consider(service.metadata.creationTimestamp, memory.service.metadata.creationTimestamp);
  return earliest;
}

function readySince(pod: Pod): string | undefined {
  return podCondition(pod, 'Ready')?.lastTransitionTime;
}

function backoff(failures: number): Micros {
  let delay = FIRST_BACKOFF;
  for (let i = 0; i < failures && delay < MAX_BACKOFF; i += 1) delay *= 2;
  return Math.min(delay, MAX_BACKOFF);
}

function syncFailed(service: Service, error: string): EventRequest {
  const { namespace, name } = service.metadata;
  return {
    verb: 'event',
    regarding: service,
    eventType: 'Warning',
    reason: 'FailedToUpdateEndpointSlices',
    message: `Error updating Endpoint Slices for Service ${namespace}/${name}: ${error}`,
  };
}

function reconcile(view: View, key: string, memory: SliceMemory | undefined): Reconciliation<SliceMemory> {
  const service = view.getByKey(SERVICE, key);
  if (service === undefined || !selectsPods(service)) return DONE;
  // Another Service under the same name: what was written for the old one says nothing about it.
  const known = memory?.service.metadata.uid === service.metadata.uid ? memory : undefined;
  const failures = known?.failures ?? 0;

  // `EndpointSliceTracker.StaleSlices`: wait until the cache shows what was written.
  if (known !== undefined && view.version < known.lastWrite) {
    return {
      requests: [],
      memory: { ...known, failures: failures + 1 },
      requeueAfter: backoff(failures),
      requeueReason: 'its endpoint slices are not up to date in the cache',
    };
  }
  const slices = slicesOf(view, service);
  const pods = podsSelectedBy(view, service);
  if (known !== undefined && isSettled(known, service, pods, slices)) return { requests: [], memory: known };

  const triggerTime = triggerTimeOf(service, pods, known);
  const { commands, skipped } = planSlices(view, service, pods, slices, triggerTime);
  const next: SliceMemory = {
    service,
    pods,
    slices: new Map(slices.map(({ metadata }) => [metadata.uid, Number(metadata.resourceVersion)])),
    lastWrite: known?.lastWrite ?? 0,
    failures: skipped.length > 0 ? failures + 1 : 0,
  };
  if (skipped.length === 0) return { requests: commands, memory: next };
  return {
    requests: [...commands, syncFailed(service, aggregate(skipped))],
    memory: next,
    requeueAfter: backoff(failures),
    requeueReason: 'a pod is on a node that is not known',
  };
}

/** `utilerrors.NewAggregate`: one error stands for itself, several in brackets. */
function aggregate(errors: readonly string[]): string {
  const [only] = errors;
  return errors.length === 1 && only !== undefined ? only : `[${errors.join(', ')}]`;
}

function onResult(
  memory: SliceMemory | undefined,
  { request, result }: RequestResult,
): Reaction<SliceMemory> | undefined {
  if (memory === undefined) return undefined;
  if (result.ok) {
    const { metadata } = result.object;
    const slices = new Map(memory.slices);
    if (request.verb === 'delete') slices.delete(metadata.uid);
    else slices.set(metadata.uid, Number(metadata.resourceVersion));
    return { memory: { ...memory, slices, lastWrite: Math.max(memory.lastWrite, result.rv) } };
  }
  if (request.verb === 'delete' && result.status.reason === 'NotFound') return { memory };
  // No slice can be made in a namespace that is going, now or later.
  const terminating = result.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
  if (request.verb === 'create' && terminating === true) return { memory, stop: true };
  const { namespace, name } = memory.service.metadata;
  const message = result.status.message;
  const ofService = `EndpointSlice for Service ${namespace}/${name}: ${message}`;
  const error =
    request.verb === 'create'
      ? `failed to create ${ofService}`
      : `failed to ${request.verb} ${nameOf(request)} ${ofService}`;
  return {
    memory: { ...memory, failures: memory.failures + 1 },
    requests: [syncFailed(memory.service, error)],
    stop: true,
    retry: true,
  };
}

function nameOf(request: RequestResult['request']): string {
  if ('name' in request) return request.name;
  return 'object' in request ? (request.object.metadata.name ?? '') : '';
}

function podKeys(event: WatchEvent<Pod>, view: View): readonly string[] {
  const { object: pod, previous } = event;
  const namespace = pod.metadata.namespace ?? '';
  if (event.type !== 'MODIFIED' || previous === undefined) {
    return hasEndpoint(pod) ? keys(namespace, servicesSelecting(view, namespace, pod.metadata.labels)) : [];
  }
  const changed = endpointChanged(previous, pod);
  const before = previous.metadata.labels;
  const after = pod.metadata.labels;
  if (before === after || equalValues(before, after)) {
    return changed ? keys(namespace, servicesSelecting(view, namespace, after)) : [];
  }
  if (!changed && !hasEndpoint(pod)) return [];
  const old = servicesSelecting(view, namespace, before);
  const now = servicesSelecting(view, namespace, after);
  const affected = changed
    ? [...now, ...old.filter((name) => !now.includes(name))]
    : [...now.filter((name) => !old.includes(name)), ...old.filter((name) => !now.includes(name))];
  return keys(namespace, affected);
}

function keys(namespace: string, names: readonly string[]): readonly string[] {
  return names.map((name) => objectKey(namespace, name));
}

function serviceKeys({ object, previous }: WatchEvent<Service>): readonly string[] {
  const same =
    previous !== undefined &&
    previous.spec === object.spec &&
    previous.metadata.labels === object.metadata.labels &&
    previous.metadata.deletionTimestamp === object.metadata.deletionTimestamp;
  return same ? [] : [keyOf(object)];
}

function sliceKeys({ object }: WatchEvent<EndpointSlice>): readonly string[] {
  const labels = object.metadata.labels;
  const name = labels?.[SERVICE_NAME_LABEL];
  if (name === undefined || labels?.[MANAGED_BY_LABEL] !== MANAGED_BY) return [];
  return [objectKey(object.metadata.namespace, name)];
}

export const endpointSliceController: Controller<SliceMemory> = {
  name: 'endpointslice-controller',
  component: 'endpoint-slice-controller',
  // `--concurrent-service-endpoint-syncs`.
  workers: 5,
  // A watch's events are of its own kind: the casts below are that boundary.
  watches: [
    { kind: SERVICE, keys: (event) => serviceKeys(event as WatchEvent<Service>) },
    { kind: POD, keys: (event, view) => podKeys(event as WatchEvent<Pod>, view) },
    { kind: ENDPOINT_SLICE, keys: (event) => sliceKeys(event as WatchEvent<EndpointSlice>) },
    // Read for zones; a node's changes wake nobody.
    { kind: NODE, keys: () => [] },
  ],
  reconcile,
  onResult,
};
