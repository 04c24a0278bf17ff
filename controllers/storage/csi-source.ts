import type { PersistentVolumeSpec, Volume } from '../../core/schema/types.generated.ts';

/**
 * The CSI driver behind a volume. Volumes of the plugins that Kubernetes once had in its own tree are those of a
 * driver now (`csi-translation-lib`; https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration).
 */
export interface CsiSource {
  readonly driver: string;
  readonly volumeHandle: string;
}

const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/** Who makes the volumes of a class. */
export function driverOf(provisioner: string): string {
  return MIGRATED[provisioner] ?? provisioner;
}

function migrated(plugin: string, volumeHandle: string): CsiSource {
  return { driver: driverOf(`kubernetes.io/${plugin}`), volumeHandle };
}

/** Of a PersistentVolume; `undefined` where no driver has a part in it. */
export function csiSourceOf(spec: PersistentVolumeSpec): CsiSource | undefined {
  const { csi, awsElasticBlockStore, azureDisk, cinder, gcePersistentDisk, portworxVolume, vsphereVolume } =
    spec;
  if (csi !== undefined) return csi;
  if (awsElasticBlockStore !== undefined) return migrated('aws-ebs', awsElasticBlockStore.volumeID);
  if (azureDisk !== undefined) return migrated('azure-disk', azureDisk.diskURI);
  if (cinder !== undefined) return migrated('cinder', cinder.volumeID);
  if (gcePersistentDisk !== undefined) return migrated('gce-pd', gcePersistentDisk.pdName);
  if (portworxVolume !== undefined) return migrated('portworx-volume', portworxVolume.volumeID);
  if (vsphereVolume !== undefined) return migrated('vsphere-volume', vsphereVolume.volumePath);
  return undefined;
}

/** Of a volume that a pod names itself, without a claim. */
export function inlineSourceOf(volume: Volume): CsiSource | undefined {
  const { awsElasticBlockStore, azureDisk, cinder, gcePersistentDisk, portworxVolume, vsphereVolume } =
    volume;
  // What these name is the same in both places.
  return csiSourceOf({
    awsElasticBlockStore,
    azureDisk,
    cinder,
    gcePersistentDisk,
    portworxVolume,
    vsphereVolume,
  } as PersistentVolumeSpec);
}
