import { type KubeObject, keyOf, objectKey } from '../../../core/api/object.ts';
import type { Kind } from '../../../core/kinds/kind.ts';
import {
  CSI_DRIVER,
  CSI_NODE,
  CSI_STORAGE_CAPACITY,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
  VOLUME_ATTACHMENT,
} from '../../../core/kinds/registry.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../../core/schema/types.generated.ts';
import { classOf } from '../../storage/volume-matching.ts';
import type { VolumeView } from './volume-view.ts';

/** Kinds that it is folded from. */
export const VOLUME_KINDS: readonly Kind[] = [
  STORAGE_CLASS,
  CSI_DRIVER,
  CSI_NODE,
  CSI_STORAGE_CAPACITY,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  VOLUME_ATTACHMENT,
];

const NO_VOLUMES: readonly PersistentVolume[] = [];
const NO_ATTACHMENTS: readonly VolumeAttachment[] = [];

function byName(a: KubeObject, b: KubeObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** What the API last told of an object, and what the scheduler has decided of it since (`assumecache`). */
class Assumable<T extends KubeObject> {
  readonly stored = new Map<string, T>();
  readonly #assumed = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#assumed.get(key) ?? this.stored.get(key);
  }

  /** Whatever the API tells is newer than what was assumed. */
  set(key: string, object: T | undefined): void {
    this.#assumed.delete(key);
    if (object === undefined) this.stored.delete(key);
    else this.stored.set(key, object);
  }

  assume(key: string, object: T): void {
    if (this.stored.has(key)) this.#assumed.set(key, object);
  }

  restore(key: string, assumed: T): void {
    if (this.#assumed.get(key) === assumed) this.#assumed.delete(key);
  }
}

/** Volumes, claims and what decides where they can be: a fold of the informers' events and of assumptions. */
export class VolumeStore implements VolumeView {
  readonly #claims = new Assumable<PersistentVolumeClaim>();
  readonly #volumes = new Assumable<PersistentVolume>();
  readonly #byClass = new Map<string, Set<string>>();
  /** Lists that were asked for, until one of their volumes changes. */
  readonly #lists = new Map<string, readonly PersistentVolume[]>();
  readonly #classes = new Map<string, StorageClass>();
  readonly #drivers = new Map<string, CSIDriver>();
  readonly #csiNodes = new Map<string, CSINode>();
  /** How many nodes have a limit for a driver. */
  readonly #limits = new Map<string, number>();
  readonly #capacities = new Map<string, CSIStorageCapacity>();
  readonly #attachments = new Map<string, Map<string, VolumeAttachment>>();

  /** Takes in an event of one of `VOLUME_KINDS`. */
  set(object: KubeObject, exists: boolean): void {
    // The kind of an object says its type.
    switch (object.kind) {
      case PERSISTENT_VOLUME_CLAIM.kind:
        this.#claims.set(keyOf(object), exists ? (object as PersistentVolumeClaim) : undefined);
        return;
      case PERSISTENT_VOLUME.kind:
        this.#setVolume(object as PersistentVolume, exists);
        return;
      case STORAGE_CLASS.kind:
        put(this.#classes, object as StorageClass, exists);
        return;
      case CSI_DRIVER.kind:
        put(this.#drivers, object as CSIDriver, exists);
        return;
      case CSI_NODE.kind:
        this.#setCsiNode(object as CSINode, exists);
        return;
      case CSI_STORAGE_CAPACITY.kind:
        put(this.#capacities, object as CSIStorageCapacity, exists);
        return;
      case VOLUME_ATTACHMENT.kind:
        this.#setAttachment(object as VolumeAttachment, exists);
        return;
      default:
        throw new Error(`a ${object.kind} is no part of the cluster's storage`);
    }
  }

  claim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined {
    return this.#claims.get(objectKey(namespace, name));
  }

  storedClaim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined {
    return this.#claims.stored.get(objectKey(namespace, name));
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#volumes.get(name);
  }

  storedVolume(name: string): PersistentVolume | undefined {
    return this.#volumes.stored.get(name);
  }

  volumesOf(className: string): readonly PersistentVolume[] {
    const known = this.#lists.get(className);
    if (known !== undefined) return known;
    const names = this.#byClass.get(className);
    if (names === undefined) return NO_VOLUMES;
    const list = [...names].map((name) => this.#volumes.get(name)!).sort(byName);
    this.#lists.set(className, list);
    return list;
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#classes.get(name);
  }

  csiDriver(name: string): CSIDriver | undefined {
    return this.#drivers.get(name);
  }

  csiNode(name: string): CSINode | undefined {
    return this.#csiNodes.get(name);
  }

  isLimited(driver: string): boolean {
    return (this.#limits.get(driver) ?? 0) > 0;
  }

  capacities(): Iterable<CSIStorageCapacity> {
    return this.#capacities.values();
  }

  attachmentsTo(nodeName: string): Iterable<VolumeAttachment> {
    return this.#attachments.get(nodeName)?.values() ?? NO_ATTACHMENTS;
  }

  /** A claim is given a volume, or a node, before the API knows it. */
  assumeVolume(volume: PersistentVolume): void {
    this.#volumes.assume(keyOf(volume), volume);
    this.#lists.delete(classOf(volume) ?? '');
  }

  assumeClaim(claim: PersistentVolumeClaim): void {
    this.#claims.assume(keyOf(claim), claim);
  }

  restoreVolume(assumed: PersistentVolume): void {
    this.#volumes.restore(keyOf(assumed), assumed);
    this.#lists.delete(classOf(assumed) ?? '');
  }

  restoreClaim(assumed: PersistentVolumeClaim): void {
    this.#claims.restore(keyOf(assumed), assumed);
  }

  #setVolume(volume: PersistentVolume, exists: boolean): void {
    const key = keyOf(volume);
    const before = this.#volumes.stored.get(key);
    if (before !== undefined) this.#classed(before)?.delete(key);
    this.#volumes.set(key, exists ? volume : undefined);
    const className = classOf(volume) ?? '';
    this.#lists.delete(className);
    if (!exists) return;
    let names = this.#byClass.get(className);
    if (names === undefined) {
      names = new Set();
      this.#byClass.set(className, names);
    }
    names.add(key);
  }

  #classed(volume: PersistentVolume): Set<string> | undefined {
    const className = classOf(volume) ?? '';
    this.#lists.delete(className);
    return this.#byClass.get(className);
  }

  #setCsiNode(node: CSINode, exists: boolean): void {
    const { name } = node.metadata;
    this.#countLimits(this.#csiNodes.get(name), -1);
    put(this.#csiNodes, node, exists);
    if (exists) this.#countLimits(node, 1);
  }

  #countLimits(node: CSINode | undefined, sign: 1 | -1): void {
    for (const { name, allocatable } of node?.spec.drivers ?? []) {
      if (allocatable?.count !== undefined) this.#limits.set(name, (this.#limits.get(name) ?? 0) + sign);
    }
  }

  #setAttachment(attachment: VolumeAttachment, exists: boolean): void {
    const { nodeName } = attachment.spec;
    let attached = this.#attachments.get(nodeName);
    if (attached === undefined) {
      attached = new Map();
      this.#attachments.set(nodeName, attached);
    }
    put(attached, attachment, exists);
    if (attached.size === 0) this.#attachments.delete(nodeName);
  }
}

function put<T extends KubeObject>(into: Map<string, T>, object: T, exists: boolean): void {
  if (exists) into.set(keyOf(object), object);
  else into.delete(keyOf(object));
}
