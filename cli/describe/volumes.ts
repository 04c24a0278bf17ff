import type { StringMap } from '../../core/api/object.ts';
import { formatQuantity, whole } from '../../core/quantity.ts';
import type {
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  PersistentVolumeClaimTemplate,
  ProjectedVolumeSource,
  Volume,
} from '../../core/schema/types.generated.ts';
import { type DescribeText, sortedKeys } from './describe-text.ts';

type Rows = readonly (readonly [string, string | number | boolean])[];

/** The rows under a volume's name: its type, and what matters of it. */
function rows(text: DescribeText, type: string, fields: Rows): void {
  text.line(2, 'Type:', type);
  for (const [label, value] of fields) text.line(2, `${label}:`, `${value}`);
}

function emptyDir(text: DescribeText, { medium = '', sizeLimit }: EmptyDirVolumeSource): void {
  const limited = sizeLimit !== undefined && whole(sizeLimit) > 0;
  rows(text, "EmptyDir (a temporary directory that shares a pod's lifetime)", [
    ['Medium', medium],
    ['SizeLimit', limited ? formatQuantity(sizeLimit) : '<unset>'],
  ]);
}

function projected(text: DescribeText, { sources = [] }: ProjectedVolumeSource): void {
  rows(text, 'Projected (a volume that contains injected data from multiple sources)', []);
  for (const { secret, downwardAPI, configMap, serviceAccountToken } of sources) {
    if (secret !== undefined) {
      text.line(2, 'SecretName:', secret.name ?? '');
      text.line(2, 'Optional:', `${secret.optional === true}`);
    } else if (downwardAPI !== undefined) {
      text.line(2, 'DownwardAPI:', 'true');
    } else if (configMap !== undefined) {
      text.line(2, 'ConfigMapName:', configMap.name ?? '');
      text.line(2, 'Optional:', `${configMap.optional === true}`);
    } else if (serviceAccountToken !== undefined) {
      text.line(2, 'TokenExpirationSeconds:', `${serviceAccountToken.expirationSeconds ?? 0}`);
    }
  }
}

function downwardApi(text: DescribeText, { items = [] }: DownwardAPIVolumeSource): void {
  rows(text, 'DownwardAPI (a volume populated by information about the pod)', []);
  text.line(2, 'Items:');
  for (const { fieldRef, resourceFieldRef, path } of items) {
    if (fieldRef !== undefined) text.line(3, `${fieldRef.fieldPath} -> ${path}`);
    if (resourceFieldRef !== undefined) text.line(3, `${resourceFieldRef.resource} -> ${path}`);
  }
}

/** kubectl indents the values of these rows along with their titles. */
const NESTED = '    ';

function nestedRows(text: DescribeText, title: string, values: readonly string[]): void {
  for (const [index, value] of values.entries()) {
    text.line(2, index === 0 ? `${title}:` : NESTED, `${NESTED}${value}`);
  }
}

function pairs(map: StringMap | undefined): readonly string[] {
  return sortedKeys(map).map((key) => `${key}=${map?.[key]}`);
}

function orNoneRow(values: readonly string[]): readonly string[] {
  return values.length === 0 ? ['<none>'] : values;
}

function ephemeral(text: DescribeText, template: PersistentVolumeClaimTemplate | undefined): void {
  rows(
    text,
    'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    [],
  );
  if (template === undefined) return;
  const { metadata, spec } = template;
  text.line(2, 'StorageClass:', spec.storageClassName ?? '');
  text.line(2, 'Volume:', spec.volumeName ?? '');
  const annotations = metadata?.annotations;
  const told = sortedKeys(annotations).map((key) => `${key}: ${annotations?.[key]}`);
  nestedRows(text, 'Labels', orNoneRow(pairs(metadata?.labels)));
  nestedRows(text, 'Annotations', orNoneRow(told));
  text.line(2, 'Capacity:', '');
  text.line(2, 'Access Modes:', '');
  if (spec.volumeMode !== undefined) text.line(2, 'VolumeMode:', spec.volumeMode);
}

function describeSource(text: DescribeText, volume: Volume): void {
  const { hostPath, secret, configMap, nfs, persistentVolumeClaim: claim, csi, image } = volume;
  if (hostPath !== undefined) {
    rows(text, 'HostPath (bare host directory volume)', [
      ['Path', hostPath.path],
      ['HostPathType', hostPath.type ?? '<none>'],
    ]);
  } else if (volume.emptyDir !== undefined) emptyDir(text, volume.emptyDir);
  else if (secret !== undefined) {
    rows(text, 'Secret (a volume populated by a Secret)', [
      ['SecretName', secret.secretName ?? ''],
      ['Optional', secret.optional === true],
    ]);
  } else if (configMap !== undefined) {
    rows(text, 'ConfigMap (a volume populated by a ConfigMap)', [
      ['Name', configMap.name ?? ''],
      ['Optional', configMap.optional === true],
    ]);
  } else if (nfs !== undefined) {
    rows(text, 'NFS (an NFS mount that lasts the lifetime of a pod)', [
      ['Server', nfs.server],
      ['Path', nfs.path],
      ['ReadOnly', nfs.readOnly === true],
    ]);
  } else if (claim !== undefined) {
    const type = 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)';
    rows(text, type, [
      ['ClaimName', claim.claimName],
      ['ReadOnly', claim.readOnly === true],
    ]);
  } else if (volume.ephemeral !== undefined) ephemeral(text, volume.ephemeral.volumeClaimTemplate);
  else if (volume.downwardAPI !== undefined) downwardApi(text, volume.downwardAPI);
  else if (volume.projected !== undefined) projected(text, volume.projected);
  else if (csi !== undefined) {
    rows(text, 'CSI (a Container Storage Interface (CSI) volume source)', [
      ['Driver', csi.driver],
      ['FSType', csi.fsType ?? ''],
      ['ReadOnly', csi.readOnly === true],
    ]);
    const attributes = pairs(csi.volumeAttributes);
    if (attributes.length === 0) text.line(2, 'VolumeAttributes:', '<none>');
    nestedRows(text, 'VolumeAttributes', attributes);
  } else if (image !== undefined) {
    rows(text, 'Image (a container image or OCI artifact)', [
      ['Reference', image.reference ?? ''],
      ['PullPolicy', image.pullPolicy ?? ''],
    ]);
  } else {
    // Volumes of clouds and vendors that this program doesn't model.
    text.line(1, '<unknown>');
  }
}

/** `indent` is that of a pod template. */
export function describeVolumes(
  text: DescribeText,
  volumes: readonly Volume[] | undefined,
  indent: string,
): void {
  if (volumes === undefined || volumes.length === 0) {
    text.line(0, `${indent}Volumes:`, '<none>');
    return;
  }
  text.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    text.line(1, `${indent === '' ? '' : ' '}${volume.name}:`);
    describeSource(text, volume);
  }
}
