import { POD } from '../../core/kinds/registry.ts';
import { formatQuantity } from '../../core/quantity.ts';
import type { PersistentVolumeClaim, Pod } from '../../core/schema/types.generated.ts';
import { bracketed, DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123, since } from './describer.ts';
import { describeEvents } from './events-table.ts';

const MODE_LETTERS: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: readonly string[] | undefined): string {
  return Object.keys(MODE_LETTERS)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => MODE_LETTERS[mode])
    .join(',');
}

function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const named = pod.spec.volumes?.some(
    (volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name,
  );
  if (named === true) return true;
  const owners = claim.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.kind === 'Pod' && owner.uid === pod.metadata.uid);
}

/** `BETA_STORAGE_CLASS` is the annotation that came before the field, and still wins. */
const BETA_STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

export function describeVolumeClaim(claim: PersistentVolumeClaim, context: DescribeContext): string {
  const { metadata, spec, status } = claim;
  const { view, now } = context;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'StorageClass:', metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec.storageClassName ?? '');
  const deleted = metadata.deletionTimestamp;
  text.line(
    0,
    'Status:',
    deleted === undefined ? (status.phase ?? '') : `Terminating (lasts ${since(deleted, now)})`,
  );
  text.line(0, 'Volume:', spec.volumeName ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Finalizers:', bracketed(metadata.finalizers));
  const bound = spec.volumeName !== undefined && spec.volumeName !== '';
  text.line(0, 'Capacity:', bound ? formatQuantity(status.capacity?.storage ?? '0') : '');
  text.line(0, 'Access Modes:', bound ? accessModes(status.accessModes) : '');
  if (spec.volumeMode !== undefined) text.line(0, 'VolumeMode:', spec.volumeMode);
  if (spec.dataSource !== undefined) {
    text.line(0, 'DataSource:');
    if (spec.dataSource.apiGroup !== undefined) text.line(1, 'APIGroup:', spec.dataSource.apiGroup);
    text.line(1, 'Kind:', spec.dataSource.kind);
    text.line(1, 'Name:', spec.dataSource.name);
  }
  const users = view.list(POD, metadata.namespace).filter((pod) => uses(pod, claim));
  text.rows(
    'Used By',
    users.map((pod) => pod.metadata.name),
  );
  const conditions = status.conditions ?? [];
  if (conditions.length > 0) {
    text.line(0, 'Conditions:');
    text.line(1, 'Type', 'Status', 'LastProbeTime', 'LastTransitionTime', 'Reason', 'Message');
    text.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  }
  for (const { type, status: met, lastProbeTime, lastTransitionTime, reason, message } of conditions) {
    const cells = [type, met, rfc1123(lastProbeTime), rfc1123(lastTransitionTime), reason ?? ''];
    text.line(1, ...cells.map((cell) => `${cell} `), message ?? '');
  }
  describeEvents(text, claim, context);
  return text.toString();
}
