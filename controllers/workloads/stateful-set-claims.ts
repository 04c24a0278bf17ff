import type { KubeObject, OwnerReference } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME_CLAIM, POD, STATEFUL_SET } from '../../core/kinds/registry.ts';
import type {
  PersistentVolumeClaim,
  StatefulSet,
  VolumeClaimTemplate,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Request } from '../controller.ts';
import { controllerReference } from './claim.ts';
import { isInRange, podName } from './stateful-set-identity.ts';

/** A pod as far as its claims know it; the uid is empty before it is made. */
export interface ClaimingPod {
  readonly name: string;
  readonly uid: string;
  readonly ordinal: number;
}

/** `getPersistentVolumeClaimName`. */
export function claimName(set: StatefulSet, template: VolumeClaimTemplate, ordinal: number): string {
  return `${template.metadata?.name ?? ''}-${podName(set, ordinal)}`;
}

/** The claims that a pod of this number should have, those that exist and those that don't. */
export function claimsOf(
  view: View,
  set: StatefulSet,
  ordinal: number,
): readonly {
  readonly name: string;
  readonly template: VolumeClaimTemplate;
  readonly stored: PersistentVolumeClaim | undefined;
}[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const name = claimName(set, template, ordinal);
    const stored = view.get(PERSISTENT_VOLUME_CLAIM, set.metadata.namespace, name);
    return { name, template, stored };
  });
}

/** The request that creates a claim from its template, with the labels of the StatefulSet's selector. */
export function claimCreation(
  set: StatefulSet,
  template: VolumeClaimTemplate,
  name: string,
  tag: string,
): Request {
  const { labels, annotations } = template.metadata ?? {};
  return {
    verb: 'create',
    kind: PERSISTENT_VOLUME_CLAIM,
    object: {
      apiVersion: PERSISTENT_VOLUME_CLAIM.apiVersion,
      kind: PERSISTENT_VOLUME_CLAIM.kind,
      metadata: {
        name,
        namespace: set.metadata.namespace,
        labels: { ...labels, ...set.spec.selector.matchLabels },
        annotations,
      },
      spec: template.spec,
    } as NewClaim,
    concurrent: true,
    tag,
  };
}

// Keys that hold `undefined` count as absent.
type NewClaim = Extract<Request, { verb: 'create' }>['object'];

interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

function ownersOf(claim: KubeObject): readonly OwnerReference[] {
  return claim.metadata.ownerReferences ?? [];
}

/** By what it is called: one of another uid is an earlier one of that name. */
function refersTo(reference: OwnerReference, owner: Owner): boolean {
  const apiVersion = owner.kind === POD.kind ? POD.apiVersion : STATEFUL_SET.apiVersion;
  return (
    reference.apiVersion === apiVersion && reference.kind === owner.kind && reference.name === owner.name
  );
}

function isStale(claim: KubeObject, owner: Owner): boolean {
  const reference = ownersOf(claim).find((candidate) => refersTo(candidate, owner));
  return reference !== undefined && reference.uid !== owner.uid;
}

/** Whether a claim is still an earlier pod's of this name, with which it goes (`PodClaimIsStale`). */
export function isStaleForPod(claim: KubeObject, pod: ClaimingPod): boolean {
  return isStale(claim, { kind: POD.kind, name: pod.name, uid: pod.uid });
}

function setAsOwner(set: StatefulSet): Owner {
  return { kind: STATEFUL_SET.kind, name: set.metadata.name, uid: set.metadata.uid };
}

function podAsOwner({ name, uid }: ClaimingPod): Owner {
  return { kind: POD.kind, name, uid };
}

function keepsAll(set: StatefulSet): boolean {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } =
    set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  return whenDeleted === 'Retain' && whenScaled === 'Retain';
}

/** Somebody else's claim, which is left alone. */
function hasOtherController(claim: KubeObject, set: StatefulSet, pod: ClaimingPod): boolean {
  if (keepsAll(set)) return false;
  for (const reference of ownersOf(claim)) {
    const own = [setAsOwner(set), podAsOwner(pod)].find((owner) => refersTo(reference, owner));
    if (own === undefined ? reference.controller === true : reference.uid !== own.uid) return true;
  }
  return false;
}

/**
 * With whom a claim is to go: with the pod that is scaled away, with the StatefulSet, or with nobody
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention).
 */
function wantedOwner(set: StatefulSet, { ordinal }: ClaimingPod): 'set' | 'pod' | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === 'Delete' && !isInRange(set, ordinal)) return 'pod';
  return whenDeleted === 'Delete' ? 'set' : undefined;
}

/** `isClaimOwnerUpToDate`. */
export function followsPolicy(claim: KubeObject, set: StatefulSet, pod: ClaimingPod): boolean {
  const owners = ownersOf(claim);
  if (owners.length === 0 && keepsAll(set)) return true;
  if (isStale(claim, setAsOwner(set)) || isStale(claim, podAsOwner(pod))) return true;
  const ofSet = owners.find(({ uid }) => uid === set.metadata.uid);
  const ofPod = pod.uid === '' ? undefined : owners.find(({ uid }) => uid === pod.uid);
  if (hasOtherController(claim, set, pod)) return ofSet === undefined && ofPod === undefined;
  if (ofSet?.controller === false || ofPod?.controller === false) return false;
  const wanted = wantedOwner(set, pod);
  return (ofSet !== undefined) === (wanted === 'set') && (ofPod !== undefined) === (wanted === 'pod');
}

/** The claim with the owners that the policy wants (`updateClaimOwnerRefForSetAndPod`). */
function withOwners(claim: KubeObject, set: StatefulSet, pod: ClaimingPod): KubeObject {
  const others = ownersOf(claim).filter(
    (reference) => !refersTo(reference, setAsOwner(set)) && !refersTo(reference, podAsOwner(pod)),
  );
  const wanted = hasOtherController(claim, set, pod) ? undefined : wantedOwner(set, pod);
  if (wanted === 'set') others.push(controllerReference(STATEFUL_SET, set));
  if (wanted === 'pod') {
    others.push({
      apiVersion: POD.apiVersion,
      kind: POD.kind,
      name: pod.name,
      uid: pod.uid,
      controller: true,
      blockOwnerDeletion: true,
    });
  }
  const { ownerReferences: _, ...metadata } = claim.metadata;
  return {
    ...claim,
    metadata: others.length === 0 ? metadata : { ...metadata, ownerReferences: others },
  };
}

export function ownersUpdate(set: StatefulSet, name: string, pod: ClaimingPod, tag: string): Request {
  return {
    verb: 'patch',
    kind: PERSISTENT_VOLUME_CLAIM,
    namespace: set.metadata.namespace,
    name,
    change: (stored) => (followsPolicy(stored, set, pod) ? stored : withOwners(stored, set, pod)),
    concurrent: true,
    tag,
  };
}
