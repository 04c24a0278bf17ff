import { compileSelector } from '../../../../core/labels.ts';
import { compareQuantities } from '../../../../core/quantity.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../../core/schema/types.generated.ts';
import { NO_PROVISIONER, SELECTED_NODE } from '../../../storage/annotations.ts';
import { claimNamesOf } from '../../../storage/pod-claims.ts';
import { candidatesFor, classOf, isFullyBound, waitsForConsumer } from '../../../storage/volume-matching.ts';
import type { VolumeView } from '../../cache/volume-view.ts';
import { nodeTermTest } from '../node-affinity.ts';

/** Which volumes a pod would have on a node (pkg/scheduler/framework/plugins/volumebinding/binder.go). */

/** A pod's claims by what is to be done about them (`GetPodVolumeClaims`). All exist. */
export interface PodVolumeClaims {
  /** The volumes of claims that are bound; `undefined` for one that is not there. */
  readonly bound: readonly (PersistentVolume | undefined)[];
  /** Those that the scheduler binds, smallest first, each with the volumes that might do. */
  readonly delayed: readonly DelayedClaim[];
  /** Whether one waits for the binder. */
  readonly hasUnbound: boolean;
}

export interface DelayedClaim {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** Where its volume is being made already. */
  readonly selectedNode: string | undefined;
  readonly candidates: readonly PersistentVolume[];
}

/** What a pod's claims would get on one node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

export type Found = { readonly volumes: PodVolumes } | { readonly reasons: readonly string[] };

const NODE_CONFLICT = 'node(s) had volume node affinity conflict';
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NOT_ENOUGH_SPACE = 'node(s) did not have enough free storage';
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

type NodeTest = (node: Node) => boolean;

const EVERYWHERE: NodeTest = () => true;
/** By the affinity, which never changes. */
const tests = new WeakMap<object, NodeTest>();

/** From where a volume can be reached (`CheckNodeAffinity`). */
export function volumeNodeTest({ spec }: PersistentVolume): NodeTest {
  const required = spec.nodeAffinity?.required;
  if (required === undefined) return EVERYWHERE;
  let test = tests.get(required);
  if (test === undefined) {
    const terms = required.nodeSelectorTerms.map(nodeTermTest);
    test = (node) => terms.some((matches) => matches(node));
    tests.set(required, test);
  }
  return test;
}

function sizeOf({ spec }: PersistentVolumeClaim): string | number {
  return spec.resources?.requests?.storage ?? 0;
}

export function podVolumeClaims(pod: Pod, volumes: VolumeView): PodVolumeClaims {
  const bound: (PersistentVolume | undefined)[] = [];
  const delayed: DelayedClaim[] = [];
  let hasUnbound = false;
  const classNamed = (name: string): StorageClass | undefined => volumes.storageClass(name);
  for (const name of claimNamesOf(pod)) {
    const claim = volumes.claim(pod.metadata.namespace, name);
    if (claim === undefined) continue;
    const { volumeName } = claim.spec;
    if (isFullyBound(claim)) bound.push(volumes.volume(volumeName ?? ''));
    else if (volumeName || !waitsForConsumer(claim, classNamed)) hasUnbound = true;
    else {
      const className = classOf(claim) ?? '';
      const selectedNode = claim.metadata.annotations?.[SELECTED_NODE];
      delayed.push({
        claim,
        storageClass: volumes.storageClass(className)!,
        selectedNode,
        candidates: selectedNode === undefined ? candidatesFor(volumes.volumesOf(className), claim) : [],
      });
    }
  }
  delayed.sort((a, b) => compareQuantities(sizeOf(a.claim), sizeOf(b.claim)));
  return { bound, delayed, hasUnbound };
}

/** Whether no node is any worse than another for them. */
export function areBoundEverywhere({ bound, delayed, hasUnbound }: PodVolumeClaims): boolean {
  return (
    delayed.length === 0 &&
    !hasUnbound &&
    bound.every((volume) => volume !== undefined && volume.spec.nodeAffinity?.required === undefined)
  );
}

/** `MatchTopologySelectorTerms`: without terms all will do. */
function allowsNode({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => {
      const value = node.metadata.labels?.[key];
      return value !== undefined && values.includes(value);
    });
  });
}

/** `hasEnoughCapacity`: only drivers that say so are asked, by what they have published. */
function hasRoom({ claim, storageClass }: DelayedClaim, node: Node, volumes: VolumeView): boolean {
  const wanted = sizeOf(claim);
  if (compareQuantities(wanted, 0) <= 0) return true;
  if (volumes.csiDriver(storageClass.provisioner)?.spec.storageCapacity !== true) return true;
  for (const each of volumes.capacities()) {
    if (each.storageClassName !== storageClass.metadata.name || each.nodeTopology === undefined) continue;
    const most = each.maximumVolumeSize ?? each.capacity;
    if (most === undefined || compareQuantities(most, wanted) < 0) continue;
    if (compileSelector(each.nodeTopology)(node.metadata.labels)) return true;
  }
  return false;
}

/** `FindPodVolumes`. */
export function findVolumes({ bound, delayed }: PodVolumeClaims, node: Node, volumes: VolumeView): Found {
  let areBoundHere = true;
  let areAllThere = true;
  for (const volume of bound) {
    if (volume === undefined) {
      areAllThere = false;
      break;
    }
    if (!volumeNodeTest(volume)(node)) {
      areBoundHere = false;
      break;
    }
  }
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provisions: DelayedClaim[] = [];
  const reasons: string[] = [];
  if (!areBoundHere) reasons.push(NODE_CONFLICT);
  const nodeName = node.metadata.name;
  let canBind = delayed.every(({ selectedNode }) => selectedNode === undefined || selectedNode === nodeName);
  let isRoom = true;
  if (canBind) {
    const taken = new Set<string>();
    for (const each of delayed) {
      const volume = each.candidates.find(
        (candidate) => !taken.has(candidate.metadata.name) && volumeNodeTest(candidate)(node),
      );
      if (volume === undefined) provisions.push(each);
      else {
        taken.add(volume.metadata.name);
        bindings.push({ claim: each.claim, volume });
      }
    }
    for (const each of provisions) {
      const { provisioner } = each.storageClass;
      if (provisioner === '' || provisioner === NO_PROVISIONER || !allowsNode(each.storageClass, node)) {
        canBind = false;
        break;
      }
      if (!hasRoom(each, node, volumes)) {
        isRoom = false;
        break;
      }
    }
  }
  if (!canBind) reasons.push(BIND_CONFLICT);
  if (!isRoom) reasons.push(NOT_ENOUGH_SPACE);
  if (!areAllThere) reasons.push(NO_VOLUME);
  if (reasons.length > 0) return { reasons };
  return { volumes: { bindings, provisions: provisions.map(({ claim }) => claim) } };
}
