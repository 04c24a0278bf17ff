import { controllerOf, keyOf } from '../../core/api/object.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { PERSISTENT_VOLUME_CLAIM, POD } from '../../core/kinds/registry.ts';
import type { Pod, Volume } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Controller, DONE, type Reconciliation, type Request, type WatchEvent } from '../controller.ts';
import { told } from './patches.ts';
import { claimNameOf } from './pod-claims.ts';

/** Makes the claims of generic ephemeral volumes, which go with their pods (pkg/controller/volume/ephemeral). */

const NONE: readonly string[] = [];

/** Hot path. */
function keysOfPod({ type, object }: WatchEvent): readonly string[] {
  if (type === 'DELETED') return NONE;
  for (const volume of (object as Pod).spec.volumes ?? []) {
    if (volume.ephemeral !== undefined) return [keyOf(object)];
  }
  return NONE;
}

/** A claim that is gone, while its pod is there, is made again. */
function keysOfClaim({ type, object }: WatchEvent): readonly string[] {
  const owner = controllerOf(object);
  if (type !== 'DELETED' || owner?.kind !== POD.kind) return NONE;
  return [keyOf({ metadata: { namespace: object.metadata.namespace ?? '', name: owner.name } })];
}

function claimFor({ metadata }: Pod, { ephemeral }: Volume, name: string): Request {
  const { spec, metadata: template } = ephemeral?.volumeClaimTemplate ?? { spec: {} };
  return {
    verb: 'create',
    kind: PERSISTENT_VOLUME_CLAIM,
    object: {
      apiVersion: PERSISTENT_VOLUME_CLAIM.apiVersion,
      kind: PERSISTENT_VOLUME_CLAIM.kind,
      metadata: {
        name,
        namespace: metadata.namespace,
        ...(template?.annotations === undefined ? {} : { annotations: template.annotations }),
        ...(template?.labels === undefined ? {} : { labels: template.labels }),
        ownerReferences: [
          {
            apiVersion: POD.apiVersion,
            kind: POD.kind,
            name: metadata.name,
            uid: metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec,
    } as Extract<Request, { verb: 'create' }>['object'],
  };
}

function reconcile(view: View, key: string): Reconciliation<never> {
  const pod = view.getByKey(POD, key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return DONE;
  const { namespace, uid } = pod.metadata;
  const requests: Request[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (volume.ephemeral === undefined || name === undefined) continue;
    const claim = view.get(PERSISTENT_VOLUME_CLAIM, namespace, name);
    if (claim === undefined) requests.push(claimFor(pod, volume, name));
    else if (controllerOf(claim)?.uid !== uid) {
      const foreign = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
      requests.push(told(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${foreign}`));
    }
  }
  return requests.length === 0 ? DONE : { requests, memory: undefined };
}

export const ephemeralVolumeController: Controller<never> = {
  name: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  // `--concurrent-ephemeralvolume-syncs`.
  workers: 5,
  watches: [
    { kind: POD, keys: keysOfPod },
    { kind: PERSISTENT_VOLUME_CLAIM, keys: keysOfClaim },
  ],
  reconcile,
};
