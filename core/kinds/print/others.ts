import type {
  CSIDriver,
  CSINode,
  IngressClass,
  IPAddress,
  PodTemplate,
  ResourceQuota,
  RuntimeClass,
  ServiceCIDR,
  VolumeAttachment,
} from '../../schema/types.generated.ts';
import { CREATED_AT } from './access.ts';
import {
  AGE,
  type Column,
  containerImages,
  containerNames,
  integer,
  NAME,
  NONE,
  text,
  UNSET,
} from './column.ts';

const LIMITS = 'limits.';

/** `cpu: 1/4, pods: 2/10` */
function quotaText({ status }: ResourceQuota, isLimit: boolean): string {
  const { hard = {}, used = {} } = status;
  return Object.keys(hard)
    .filter((name) => name.startsWith(LIMITS) === isLimit)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`)
    .join(', ');
}

export const QUOTA_COLUMNS: readonly Column<ResourceQuota>[] = [
  NAME,
  AGE,
  text('Request', (quota) => quotaText(quota, false)),
  text('Limit', (quota) => quotaText(quota, true)),
];

export const LIMIT_RANGE_COLUMNS: readonly Column[] = [NAME, CREATED_AT];

export const POD_TEMPLATE_COLUMNS: readonly Column<PodTemplate>[] = [
  NAME,
  text('Containers', ({ template }) => containerNames(template?.spec?.containers)),
  text('Images', ({ template }) => containerImages(template?.spec?.containers)),
  text('Pod Labels', ({ template }) => {
    const labels = Object.entries(template?.metadata?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
    return labels.length === 0 ? NONE : labels.sort().join(',');
  }),
];

export const INGRESS_CLASS_COLUMNS: readonly Column<IngressClass>[] = [
  NAME,
  text('Controller', ({ spec }) => spec?.controller ?? ''),
  text('Parameters', ({ spec }) => {
    const { apiGroup, kind, name } = spec?.parameters ?? {};
    if (spec?.parameters === undefined) return NONE;
    return apiGroup === undefined ? `${kind}/${name}` : `${kind}.${apiGroup}/${name}`;
  }),
  AGE,
];

export const ATTACHMENT_COLUMNS: readonly Column<VolumeAttachment>[] = [
  NAME,
  { name: 'Attacher', type: 'string', format: 'name', cell: ({ spec }) => spec.attacher },
  text('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  text('Node', ({ spec }) => spec.nodeName),
  { name: 'Attached', type: 'boolean', cell: ({ status }) => status.attached ?? false },
  AGE,
];

export const CSI_NODE_COLUMNS: readonly Column<CSINode>[] = [
  NAME,
  integer('Drivers', ({ spec }) => spec.drivers?.length ?? 0),
  AGE,
];

export const CSI_DRIVER_COLUMNS: readonly Column<CSIDriver>[] = [
  NAME,
  { name: 'AttachRequired', type: 'boolean', cell: ({ spec }) => spec.attachRequired ?? true },
  { name: 'PodInfoOnMount', type: 'boolean', cell: ({ spec }) => spec.podInfoOnMount ?? false },
  { name: 'StorageCapacity', type: 'boolean', cell: ({ spec }) => spec.storageCapacity ?? false },
  text('TokenRequests', ({ spec }) =>
    spec.tokenRequests === undefined ? UNSET : spec.tokenRequests.map(({ audience }) => audience).join(','),
  ),
  { name: 'RequiresRepublish', type: 'boolean', cell: ({ spec }) => spec.requiresRepublish ?? false },
  text('Modes', ({ spec }) => (spec.volumeLifecycleModes ?? ['Persistent']).join(',')),
  AGE,
];

export const RUNTIME_CLASS_COLUMNS: readonly Column<RuntimeClass>[] = [
  NAME,
  text('Handler', ({ handler }) => handler),
  AGE,
];

export const IP_ADDRESS_COLUMNS: readonly Column<IPAddress>[] = [
  NAME,
  text('ParentRef', ({ spec }) => {
    const { group = '', resource, namespace, name } = spec.parentRef ?? {};
    const parts = [group === '' ? resource : `${resource}.${group}`, namespace, name];
    return parts.filter((part) => part !== undefined).join('/');
  }),
  AGE,
];

export const SERVICE_CIDR_COLUMNS: readonly Column<ServiceCIDR>[] = [
  NAME,
  text('CIDRs', ({ spec }) => (spec.cidrs ?? []).join(',')),
  AGE,
];
