import { keyOf } from '../../../core/api/object.ts';
import {
  CSI_DRIVER,
  CSI_NODE,
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
} from '../../../core/kinds/registry.ts';
import type {
  CSINode,
  CSINodeDriver,
  Node,
  PersistentVolume,
  StorageClass,
} from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import {
  type Controller,
  DONE,
  type Reconciliation,
  type Request,
  type WatchEvent,
} from '../../controller.ts';
import { NO_PROVISIONER, STORAGE_PROVISIONER } from '../annotations.ts';
import { BUILT_IN_DRIVER } from '../bind-claim.ts';
import { csiSourceOf, driverOf } from '../csi-source.ts';
import type { CsiBackend, CsiDriverModel } from './driver.ts';

/**
 * Drivers as they come into a cluster: those that the scenario names from the start, others with the first class or
 * volume that names them. Each has its CSIDriver, and is registered on every node, in its CSINode, as the
 * node-driver-registrar has the kubelet do.
 */

const DRIVER_KEY = 'driver:';
const NODE_KEY = 'node:';

/** CSI drivers have the name of a domain; provisioners of other kinds have no part on nodes. */
function isCsi(name: string): boolean {
  return name !== '' && name !== NO_PROVISIONER && !name.includes('/');
}

function driverKeys({ type, object }: WatchEvent): readonly string[] {
  if (type === 'DELETED') return [];
  switch (object.kind) {
    case STORAGE_CLASS.kind: {
      const name = driverOf((object as StorageClass).provisioner);
      return isCsi(name) ? [DRIVER_KEY + name] : [];
    }
    case PERSISTENT_VOLUME.kind: {
      const name = csiSourceOf((object as PersistentVolume).spec)?.driver ?? '';
      return isCsi(name) ? [DRIVER_KEY + name] : [];
    }
    default: {
      const name = object.metadata.annotations?.[STORAGE_PROVISIONER] ?? '';
      return isCsi(name) ? [DRIVER_KEY + name] : [];
    }
  }
}

function nodeKeys(view: View): readonly string[] {
  return view.list(NODE).map((node) => NODE_KEY + keyOf(node));
}

/** Those of which there is a CSIDriver, whoever made it, and that have something to do on nodes. */
function installedOn(view: View, backend: CsiBackend): readonly CsiDriverModel[] {
  return view
    .list(CSI_DRIVER)
    .map(({ metadata }) => backend.driver(metadata.name))
    .filter(({ name }) => name !== BUILT_IN_DRIVER);
}

function registrationOf(driver: CsiDriverModel, { metadata }: Node): CSINodeDriver {
  const { name, topologyKey, volumesPerNode } = driver;
  return {
    name,
    nodeID: metadata.name,
    ...(topologyKey === undefined ? {} : { topologyKeys: [topologyKey] }),
    ...(volumesPerNode === undefined ? {} : { allocatable: { count: volumesPerNode } }),
  };
}

function register(view: View, backend: CsiBackend, node: Node): Reconciliation<never> {
  const { name, uid } = node.metadata;
  const known = view.get(CSI_NODE, undefined, name);
  const registered = known?.spec.drivers ?? [];
  const missing = installedOn(view, backend).filter(
    (driver) => !registered.some((each) => each.name === driver.name),
  );
  if (missing.length === 0) return DONE;
  const added = missing.map((driver) => registrationOf(driver, node));
  if (known === undefined) {
    const object = {
      apiVersion: CSI_NODE.apiVersion,
      kind: CSI_NODE.kind,
      metadata: { name, ownerReferences: [{ apiVersion: NODE.apiVersion, kind: NODE.kind, name, uid }] },
      spec: { drivers: added },
    } as Extract<Request, { verb: 'create' }>['object'];
    return { requests: [{ verb: 'create', kind: CSI_NODE, object }], memory: undefined };
  }
  const change = (stored: CSINode): CSINode => {
    const { drivers } = stored.spec;
    const fresh = added.filter((each) => !drivers.some((other) => other.name === each.name));
    return fresh.length === 0
      ? stored
      : { ...stored, spec: { ...stored.spec, drivers: [...drivers, ...fresh] } };
  };
  return {
    requests: [
      {
        verb: 'patch',
        kind: CSI_NODE,
        namespace: undefined,
        name,
        change: (stored) => change(stored as CSINode),
      },
    ],
    memory: undefined,
  };
}

function install(view: View, driver: CsiDriverModel): Reconciliation<never> {
  const { attachRequired, name } = driver;
  if (view.get(CSI_DRIVER, undefined, name) !== undefined) return DONE;
  const spec = { attachRequired };
  const object = {
    apiVersion: CSI_DRIVER.apiVersion,
    kind: CSI_DRIVER.kind,
    metadata: { name },
    spec,
  } as Extract<Request, { verb: 'create' }>['object'];
  return { requests: [{ verb: 'create', kind: CSI_DRIVER, object }], memory: undefined };
}

export function csiNodeRegistrar(backend: CsiBackend): Controller<never> {
  return {
    name: 'csi-node-driver-registrar',
    component: 'csi-node-driver-registrar',
    workers: 10,
    startKeys: backend.installed.map(({ name }) => DRIVER_KEY + name),
    watches: [
      { kind: STORAGE_CLASS, keys: driverKeys },
      { kind: PERSISTENT_VOLUME, keys: driverKeys },
      { kind: PERSISTENT_VOLUME_CLAIM, keys: driverKeys },
      { kind: CSI_DRIVER, keys: ({ type }, view) => (type === 'DELETED' ? [] : nodeKeys(view)) },
      {
        kind: NODE,
        keys: ({ type, object }, view) =>
          type === 'ADDED' && view.count(CSI_DRIVER) > 0 ? [NODE_KEY + keyOf(object)] : [],
      },
    ],
    reconcile: (view, key) => {
      if (key.startsWith(DRIVER_KEY)) return install(view, backend.driver(key.slice(DRIVER_KEY.length)));
      const node = view.getByKey(NODE, key.slice(NODE_KEY.length));
      return node === undefined ? DONE : register(view, backend, node);
    },
  };
}
