import type { DownwardAPIVolumeFile, Volume, VolumeProjection } from '../../schema/types.generated.ts';
import { imagePullPolicy } from './container.ts';
import { fill, memoised, onField, onItems } from './fill.ts';

/** Defaults of volumes (Kubernetes' `pkg/apis/core/v1/defaults.go`). */

/** `rw-r--r--`. */
const FILE_MODE = 0o644;
const TOKEN_EXPIRATION_SECONDS = 3600;

function downwardFileDefaults(file: DownwardAPIVolumeFile): DownwardAPIVolumeFile {
  return onField(
    onField(file, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })),
    'resourceFieldRef',
    (ref) => fill(ref, { divisor: '0' }),
  );
}

function projectionDefaults(projection: VolumeProjection): VolumeProjection {
  const token = onField(projection, 'serviceAccountToken', (source) =>
    fill(source, { expirationSeconds: TOKEN_EXPIRATION_SECONDS }),
  );
  return onField(token, 'downwardAPI', (source) =>
    onField(source, 'items', (items) => onItems(items, downwardFileDefaults)),
  );
}

function hasSource(volume: Volume): boolean {
  for (const key of Object.keys(volume) as (keyof Volume)[]) {
    if (key !== 'name' && volume[key] !== undefined) return true;
  }
  return false;
}

function volumeDefaults(volume: Volume): Volume {
  if (!hasSource(volume)) return fill(volume, { emptyDir: {} });
  let next = onField(volume, 'configMap', (source) => fill(source, { defaultMode: FILE_MODE }));
  next = onField(next, 'secret', (source) => fill(source, { defaultMode: FILE_MODE }));
  next = onField(next, 'downwardAPI', (source) =>
    onField(fill(source, { defaultMode: FILE_MODE }), 'items', (items) =>
      onItems(items, downwardFileDefaults),
    ),
  );
  next = onField(next, 'projected', (source) =>
    onField(fill(source, { defaultMode: FILE_MODE }), 'sources', (sources) =>
      onItems(sources, projectionDefaults),
    ),
  );
  next = onField(next, 'hostPath', (source) => fill(source, { type: '' }));
  next = onField(next, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  next = onField(next, 'rbd', (source) =>
    fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  );
  next = onField(next, 'azureDisk', (source) =>
    fill(source, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }),
  );
  next = onField(next, 'scaleIO', (source) =>
    fill(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  );
  next = onField(next, 'image', (source) =>
    fill(source, { pullPolicy: imagePullPolicy(source.reference ?? '') }),
  );
  return onField(next, 'ephemeral', (source) =>
    onField(source, 'volumeClaimTemplate', (template) =>
      onField(template, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' })),
    ),
  );
}

export const volumesDefaults = memoised((volumes: readonly Volume[]) => onItems(volumes, volumeDefaults));
