import type {
  ConfigMap,
  Event,
  Lease,
  Namespace,
  Node,
  PriorityClass,
  Secret,
  ServiceAccount,
} from '../../schema/types.generated.ts';
import { AGE, type Column, integer, NAME, NONE, since, text, UNKNOWN, wide } from './column.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const OLD_ROLE_LABEL = 'kubernetes.io/role';

function nodeStatus({ spec, status }: Node): string {
  const ready = status.conditions?.find((condition) => condition.type === 'Ready');
  const texts = ready === undefined ? ['Unknown'] : [ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec.unschedulable === true) texts.push('SchedulingDisabled');
  return texts.join(',');
}

function nodeRoles({ metadata }: Node): string {
  const labels = metadata.labels ?? {};
  const roles = new Set<string>();
  for (const key of Object.keys(labels)) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length)
      roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === OLD_ROLE_LABEL && labels[key]) roles.add(labels[key]);
  }
  return roles.size === 0 ? NONE : [...roles].sort().join(',');
}

function nodeAddress({ status }: Node, type: string): string {
  return status.addresses?.find((address) => address.type === type)?.address ?? NONE;
}

export const NODE_COLUMNS: readonly Column<Node>[] = [
  NAME,
  text('Status', nodeStatus),
  text('Roles', nodeRoles),
  AGE,
  text('Version', ({ status }) => status.nodeInfo?.kubeletVersion ?? ''),
  wide(text('Internal-IP', (node) => nodeAddress(node, 'InternalIP'))),
  wide(text('External-IP', (node) => nodeAddress(node, 'ExternalIP'))),
  wide(text('OS-Image', ({ status }) => status.nodeInfo?.osImage || UNKNOWN)),
  wide(text('Kernel-Version', ({ status }) => status.nodeInfo?.kernelVersion || UNKNOWN)),
  wide(text('Container-Runtime', ({ status }) => status.nodeInfo?.containerRuntimeVersion || UNKNOWN)),
];

export const NAMESPACE_COLUMNS: readonly Column<Namespace>[] = [
  NAME,
  text('Status', ({ status }) => status.phase ?? ''),
  AGE,
];

function count(map: Readonly<Record<string, unknown>> | undefined): number {
  return map === undefined ? 0 : Object.keys(map).length;
}

export const CONFIG_MAP_COLUMNS: readonly Column<ConfigMap>[] = [
  NAME,
  text('Data', ({ binaryData, data }) => count(data) + count(binaryData)),
  AGE,
];

export const SECRET_COLUMNS: readonly Column<Secret>[] = [
  NAME,
  text('Type', ({ type }) => type ?? ''),
  text('Data', ({ data }) => count(data)),
  AGE,
];

export const SERVICE_ACCOUNT_COLUMNS: readonly Column<ServiceAccount>[] = [
  NAME,
  text('Secrets', ({ secrets }) => secrets?.length ?? 0),
  AGE,
];

export const LEASE_COLUMNS: readonly Column<Lease>[] = [
  NAME,
  text('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
  AGE,
];

export const PRIORITY_CLASS_COLUMNS: readonly Column<PriorityClass>[] = [
  NAME,
  integer('Value', ({ value }) => value ?? 0),
  { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault }) => globalDefault === true },
  AGE,
  text('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
];

function firstSeen({ eventTime, firstTimestamp }: Event): string | undefined {
  return firstTimestamp ?? eventTime;
}

function involved({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source({ reportingComponent = '', reportingInstance = '', source: from }: Event): string {
  const component = from?.component || reportingComponent;
  const host = from?.host || reportingInstance;
  return [component, host].filter((part) => part !== '').join(', ');
}

export const EVENT_COLUMNS: readonly Column<Event>[] = [
  text('Last Seen', (event, { now }) =>
    since(event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event), now),
  ),
  text('Type', ({ type }) => type ?? ''),
  text('Reason', ({ reason }) => reason ?? ''),
  text('Object', involved),
  wide(text('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '')),
  wide(text('Source', source)),
  text('Message', ({ message }) => (message ?? '').trim()),
  wide(text('First Seen', (event, { now }) => since(firstSeen(event), now))),
  wide(text('Count', ({ count: seen, series }) => series?.count ?? (seen || 1))),
  wide(NAME),
];
