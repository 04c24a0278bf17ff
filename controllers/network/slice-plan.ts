import type { Command } from '../../core/api/command.ts';
import { equalValues } from '../../core/api/equal.ts';
import type { NewObject, StringMap } from '../../core/api/object.ts';
import { ENDPOINT_SLICE, NODE } from '../../core/kinds/registry.ts';
import type { Endpoint, EndpointSlice, Pod, Service } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import {
  type AddressFamily,
  endpointOf,
  endpointPolicy,
  hasEndpoint,
  type PortGroup,
  portGrouping,
  portKey,
} from './endpoint.ts';
import { type NewSlice, packEndpoints, type SliceUpdate } from './slice-packing.ts';

/** Labels of `k8s.io/api/discovery/v1` and core/v1 well-known labels. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';
const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** `v1.EndpointsLastChangeTriggerTime`. */
const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/** A generated name gets five letters: a longer prefix would not leave room within 253. */
const MAX_PREFIX = 253;

const CLUSTER_IP_NONE = 'None';

export interface SlicePlan {
  readonly commands: readonly Command[];
  /** Pods left out because their node is not known, as the error of the sync names them. */
  readonly skipped: readonly string[];
}

function isReserved(label: string): boolean {
  return label === SERVICE_NAME_LABEL || label === MANAGED_BY_LABEL || label === HEADLESS_LABEL;
}

function withoutReserved(labels: StringMap | undefined): StringMap {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(labels ?? {}).sort()) {
    const value = labels?.[name];
    if (value !== undefined && !isReserved(name)) kept[name] = value;
  }
  return kept;
}

/** The labels of a slice: its Service's, and the three that this controller owns. */
function labelsFor(service: Service): StringMap {
  const { clusterIP } = service.spec;
  const headless = clusterIP === undefined || clusterIP === '' || clusterIP === CLUSTER_IP_NONE;
  return {
    ...withoutReserved(service.metadata.labels),
    [MANAGED_BY_LABEL]: MANAGED_BY,
    [SERVICE_NAME_LABEL]: service.metadata.name,
    ...(headless ? { [HEADLESS_LABEL]: '' } : {}),
  };
}

function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
  );
}

/** The families that a Service is published in; single-stack IPv4 where it does not say. */
function familiesOf(service: Service): readonly AddressFamily[] {
  const listed = (service.spec.ipFamilies ?? []).filter((family) => family === 'IPv4' || family === 'IPv6');
  return listed.length > 0 ? listed : ['IPv4'];
}

function annotationsWith(
  annotations: StringMap | undefined,
  triggerTime: string | undefined,
): StringMap | undefined {
  const { [TRIGGER_TIME_ANNOTATION]: _, ...others } = annotations ?? {};
  if (triggerTime !== undefined) return { ...others, [TRIGGER_TIME_ANNOTATION]: triggerTime };
  return Object.keys(others).length === 0 ? undefined : others;
}

interface Group extends PortGroup {
  readonly endpoints: Map<string, Endpoint>;
}

interface FamilyPlan {
  creates: NewSlice[];
  updates: SliceUpdate[];
  deletes: EndpointSlice[];
}

/**
 * The writes that make the slices of a Service show its pods (`k8s.io/endpointslice`, `Reconcile`).
 * `slices` are those of this Service and this controller that are not being deleted.
 */
export function planSlices(
  view: View,
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  triggerTime: string | undefined,
): SlicePlan {
  const families = familiesOf(service);
  const labels = labelsFor(service);
  const commands: Command[] = [];
  const skipped: string[] = [];
  for (const family of families) {
    const ofFamily = slices.filter(({ addressType }) => addressType === family);
    const desired = desiredGroups(view, service, pods, family, skipped);
    const plan = planFamily(service, ofFamily, desired, labels);
    commands.push(...commandsOf(service, family, plan, labels, triggerTime));
  }
  for (const slice of slices) {
    if (!families.some((family) => family === slice.addressType)) commands.push(deletion(slice));
  }
  return { commands, skipped };
}

function desiredGroups(
  view: View,
  service: Service,
  pods: readonly Pod[],
  family: AddressFamily,
  skipped: string[],
): ReadonlyMap<string, Group> {
  const policy = endpointPolicy(service, family);
  const groupOf = portGrouping(service);
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!hasEndpoint(pod)) continue;
    const { key, ports } = groupOf(pod);
    let group = groups.get(key);
    if (group === undefined) {
      group = { key, ports, endpoints: new Map() };
      groups.set(key, group);
    }
    const nodeName = pod.spec.nodeName ?? '';
    const node = view.get(NODE, undefined, nodeName);
    if (node === undefined && !policy.publishNotReady) {
      const { name, namespace } = service.metadata;
      skipped.push(
        `skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${nodeName} Not Found`,
      );
      continue;
    }
    const endpoint = endpointOf(pod, node?.metadata.labels?.[ZONE_LABEL], policy);
    if (endpoint !== undefined) group.endpoints.set(pod.metadata.name, endpoint);
  }
  return groups;
}

function planFamily(
  service: Service,
  slices: readonly EndpointSlice[],
  desired: ReadonlyMap<string, Group>,
  labels: StringMap,
): FamilyPlan {
  const plan: FamilyPlan = { creates: [], updates: [], deletes: [] };
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    // Left from an earlier Service of the same name: the garbage collector may be about to take it.
    if (!isOwnedBy(slice, service)) {
      plan.deletes.push(slice);
      continue;
    }
    const key = portKey(slice.ports);
    const same = byPorts.get(key);
    if (same === undefined) byPorts.set(key, [slice]);
    else same.push(slice);
  }
  const wantedLabels = withoutReserved(labels);
  const needsNewLabels = (slice: EndpointSlice) =>
    !equalValues(withoutReserved(slice.metadata.labels), wantedLabels);
  for (const { key, ports, endpoints } of desired.values()) {
    const packing = packEndpoints(byPorts.get(key) ?? [], endpoints, ports, needsNewLabels);
    plan.creates.push(...packing.creates);
    plan.updates.push(...packing.updates);
    plan.deletes.push(...packing.deletes);
    byPorts.delete(key);
  }
  for (const same of byPorts.values()) plan.deletes.push(...same);

  // A Service always has a slice, be it empty, so that readers can tell "no endpoints" from "not yet".
  if (slices.length === plan.deletes.length && plan.creates.length === 0) {
    const [only] = plan.deletes;
    if (plan.deletes.length === 1 && only !== undefined && isPlaceholder(only, service, labels)) {
      plan.deletes = [];
    } else {
      plan.creates.push({ endpoints: [], ports: [] });
    }
  }
  reuseDeleted(plan, service);
  return plan;
}

function isPlaceholder(slice: EndpointSlice, service: Service, labels: StringMap): boolean {
  const empty = (slice.endpoints?.length ?? 0) === 0 && (slice.ports?.length ?? 0) === 0;
  return empty && isOwnedBy(slice, service) && equalValues(slice.metadata.labels, labels);
}

/** A slice to make takes the place of one to delete: one write less, and a name less for watchers to follow. */
function reuseDeleted(plan: FamilyPlan, service: Service): void {
  const deletes: EndpointSlice[] = [];
  for (const slice of plan.deletes) {
    const next = isOwnedBy(slice, service) ? plan.creates.pop() : undefined;
    if (next === undefined) deletes.push(slice);
    else plan.updates.push({ slice, ...next });
  }
  plan.deletes = deletes;
}

function commandsOf(
  service: Service,
  family: AddressFamily,
  plan: FamilyPlan,
  labels: StringMap,
  triggerTime: string | undefined,
): readonly Command[] {
  const commands: Command[] = [];
  // A Service that is going gets no new slices: the garbage collector is taking the old ones.
  if (service.metadata.deletionTimestamp === undefined) {
    for (const slice of plan.creates) commands.push(creation(service, family, slice, labels, triggerTime));
  }
  for (const { slice, endpoints, ports } of plan.updates) {
    const { metadata } = slice;
    const object: EndpointSlice = {
      ...slice,
      metadata: { ...metadata, labels, annotations: annotationsWith(metadata.annotations, triggerTime) },
      endpoints,
      ports,
    };
    commands.push({ verb: 'update', kind: ENDPOINT_SLICE, object });
  }
  for (const slice of plan.deletes) commands.push(deletion(slice));
  return commands;
}

function creation(
  service: Service,
  family: AddressFamily,
  { endpoints, ports }: NewSlice,
  labels: StringMap,
  triggerTime: string | undefined,
): Command {
  const { name, namespace = '', uid } = service.metadata;
  const prefix = `${name}-`;
  const annotations = annotationsWith(undefined, triggerTime);
  const object: NewObject<EndpointSlice> = {
    apiVersion: ENDPOINT_SLICE.apiVersion,
    kind: ENDPOINT_SLICE.kind,
    metadata: {
      generateName: prefix.length > MAX_PREFIX ? name : prefix,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: family,
    endpoints,
    ports,
  };
  return { verb: 'create', kind: ENDPOINT_SLICE, object };
}

function deletion(slice: EndpointSlice): Command {
  const { name, namespace, uid } = slice.metadata;
  return {
    verb: 'delete',
    kind: ENDPOINT_SLICE,
    namespace,
    name,
    options: { preconditions: { uid } },
  };
}
