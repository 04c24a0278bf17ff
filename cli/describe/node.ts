import type { StringMap } from '../../core/api/object.ts';
import { materialiseLease } from '../../core/kinds/lease.ts';
import { LEASE, POD } from '../../core/kinds/registry.ts';
import { formatQuantity } from '../../core/quantity.ts';
import type { Node, Quantity, Taint } from '../../core/schema/types.generated.ts';
import { DescribeText, orNone, sortedKeys } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describeNodeResources } from './node-resources.ts';

/** corev1 `NamespaceNodeLease`. */
const NODE_LEASE_NAMESPACE = 'kube-node-lease';
const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

function rolesOf(labels: StringMap | undefined): readonly string[] {
  const roles = new Set<string>();
  for (const key of sortedKeys(labels)) {
    const value = labels?.[key] ?? '';
    const role = key.startsWith(ROLE_PREFIX) ? key.slice(ROLE_PREFIX.length) : '';
    if (role !== '') roles.add(role);
    if (key === ROLE_LABEL && value !== '') roles.add(value);
  }
  return [...roles].sort();
}

function taintText({ key, value = '', effect }: Taint): string {
  const prefix = value === '' ? key : `${key}=${value}`;
  return `${prefix}:${effect}`;
}

function taintOrder({ effect, key }: Taint): string {
  return `${effect},${key}`;
}

function describeLease(text: DescribeText, name: string, { view, now }: DescribeContext): void {
  const stored = view.get(LEASE, NODE_LEASE_NAMESPACE, name);
  if (stored === undefined) {
    text.line(0, 'Lease:', `Failed to get lease: leases.coordination.k8s.io "${name}" not found`);
    return;
  }
  const { holderIdentity, acquireTime, renewTime } = materialiseLease(stored, now).spec;
  text.line(0, 'Lease:');
  text.line(1, 'HolderIdentity:', holderIdentity ?? '<unset>');
  text.line(1, 'AcquireTime:', acquireTime === undefined ? '<unset>' : rfc1123(acquireTime));
  text.line(1, 'RenewTime:', renewTime === undefined ? '<unset>' : rfc1123(renewTime));
}

function describeConditions(text: DescribeText, node: Node): void {
  const conditions = node.status.conditions ?? [];
  if (conditions.length === 0) return;
  text.line(0, 'Conditions:');
  const titles = ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'];
  text.line(1, ...titles);
  text.line(1, ...titles.map((title) => '-'.repeat(title.length)));
  for (const { type, status, lastHeartbeatTime, lastTransitionTime, reason, message } of conditions) {
    const cells = [type, status, rfc1123(lastHeartbeatTime), rfc1123(lastTransitionTime), reason ?? ''];
    text.line(1, ...cells.map((cell) => `${cell} `), message ?? '');
  }
}

function describeAmounts(
  text: DescribeText,
  title: string,
  list: Readonly<Record<string, Quantity>> | undefined,
): void {
  const names = sortedKeys(list);
  if (names.length > 0) text.line(0, `${title}:`);
  for (const name of names) text.line(1, `${name}:`, formatQuantity(list![name]!));
}

function describeSystem(text: DescribeText, node: Node): void {
  const info = node.status.nodeInfo;
  text.line(0, 'System Info:');
  text.line(1, 'Machine ID:', info?.machineID ?? '');
  text.line(1, 'System UUID:', info?.systemUUID ?? '');
  text.line(1, 'Boot ID:', info?.bootID ?? '');
  text.line(1, 'Kernel Version:', info?.kernelVersion ?? '');
  text.line(1, 'OS Image:', info?.osImage ?? '');
  text.line(1, 'Operating System:', info?.operatingSystem ?? '');
  text.line(1, 'Architecture:', info?.architecture ?? '');
  text.line(1, 'Container Runtime Version:', info?.containerRuntimeVersion ?? '');
  text.line(1, 'Kubelet Version:', info?.kubeletVersion ?? '');
}

export function describeNode(node: Node, context: DescribeContext): string {
  const { metadata, spec, status } = node;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Roles:', orNone(rolesOf(metadata.labels).join(',')));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  const taints = [...(spec.taints ?? [])].sort((a, b) => (taintOrder(a) < taintOrder(b) ? -1 : 1));
  text.rows('Taints', taints.map(taintText));
  text.line(0, 'Unschedulable:', `${spec.unschedulable === true}`);
  describeLease(text, metadata.name, context);
  describeConditions(text, node);
  text.line(0, 'Addresses:');
  for (const { type, address } of status.addresses ?? []) text.line(1, `${type}:`, address);
  describeAmounts(text, 'Capacity', status.capacity);
  describeAmounts(text, 'Allocatable', status.allocatable);
  describeSystem(text, node);
  if (spec.podCIDR !== undefined && spec.podCIDR !== '') text.line(0, 'PodCIDR:', spec.podCIDR);
  const cidrs = spec.podCIDRs ?? [];
  if (cidrs.length > 0) text.line(0, 'PodCIDRs:', cidrs.join(','));
  if (spec.providerID !== undefined && spec.providerID !== '') text.line(0, 'ProviderID:', spec.providerID);
  const pods = context.view.onNode(POD, metadata.name).filter((pod) => {
    return pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed';
  });
  describeNodeResources(text, node, pods, context.now);
  describeEvents(text, node, context);
  return text.toString();
}
