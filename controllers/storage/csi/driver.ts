import { type Micros, SECOND } from '../../../core/time.ts';
import { BUILT_IN_DRIVER } from '../bind-claim.ts';

/** A time that differs from case to case: half are at most `p50`, 99 of 100 at most `p99`. */
interface TimeSpread {
  readonly p50: Micros;
  readonly p99: Micros;
}

/** What the storage system behind a driver does, and how long it takes. */
export const CSI_OPERATIONS = ['provision', 'delete', 'expand'] as const;

export type CsiOperation = (typeof CSI_OPERATIONS)[number];

/** A CSI driver with the storage system behind it. */
export interface CsiDriverModel {
  readonly name: string;
  readonly times: Readonly<Record<CsiOperation, TimeSpread>>;
  /** Whether volumes have to be attached to a node before they are mounted there. */
  readonly attachRequired: boolean;
  /** The label of nodes whose values divide the places where volumes can be. Absent: all reach every volume. */
  readonly topologyKey?: string;
  /** How many volumes a node can have. Absent: any number. */
  readonly volumesPerNode?: number;
}

const AT_ONCE: TimeSpread = { p50: 0, p99: 0 };

function seconds(p50: number, p99: number): TimeSpread {
  return { p50: Math.round(p50 * SECOND), p99: Math.round(p99 * SECOND) };
}

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';

type Model = Omit<CsiDriverModel, 'name'>;

/**
 * A disk of a cloud: in one zone, on one node at a time. No document promises times; these are what such disks are
 * commonly seen to take.
 */
const DISK: Model = {
  times: {
    provision: seconds(1.5, 6),
    delete: seconds(1, 5),
    expand: seconds(3, 15),
  },
  attachRequired: true,
  topologyKey: ZONE,
};

/** A file server that all reach. */
const SHARE: Model = {
  times: DISK.times,
  attachRequired: false,
};

/** A part of the disk of one node. */
const LOCAL: Model = {
  times: {
    provision: seconds(1, 4),
    delete: seconds(1, 4),
    expand: AT_ONCE,
  },
  attachRequired: false,
  topologyKey: HOSTNAME,
};

/** Volumes of a cluster that says nothing of storage: there at once, everywhere. */
const BUILT_IN: Model = {
  times: {
    provision: AT_ONCE,
    delete: AT_ONCE,
    expand: AT_ONCE,
  },
  attachRequired: false,
};

const KNOWN: Readonly<Record<string, Model>> = {
  [BUILT_IN_DRIVER]: BUILT_IN,
  'efs.csi.aws.com': SHARE,
  'file.csi.azure.com': SHARE,
  'filestore.csi.storage.gke.io': SHARE,
  'nfs.csi.k8s.io': SHARE,
  'smb.csi.k8s.io': SHARE,
  'hostpath.csi.k8s.io': LOCAL,
  'rancher.io/local-path': LOCAL,
  'k8s.io/minikube-hostpath': LOCAL,
  'docker.io/hostpath': LOCAL,
  'microk8s.io/hostpath': LOCAL,
  'local.csi.openebs.io': LOCAL,
  'topolvm.io': LOCAL,
};

/** How a driver behaves of which nothing is said: as a disk of a cloud, unless it is known for something else. */
export function defaultDriver(name: string): CsiDriverModel {
  return { name, ...(KNOWN[name] ?? (name.includes('/') ? SHARE : DISK)) };
}

/** What an operation that begins now will come to. */
export interface CsiOutcome {
  readonly takes: Micros;
  /** As the driver says it: `rpc error: code = Internal desc = …`. */
  readonly error?: string;
}

/** The storage systems as their drivers' sidecars know them. A function of its arguments and of what befalls them. */
export interface CsiBackend {
  driver(name: string): CsiDriverModel;
  /** Drivers that are there from the start, by name. */
  readonly installed: readonly CsiDriverModel[];
  /** `entity` and `attempt` are what the time is drawn by. */
  operation(
    driver: CsiDriverModel,
    operation: CsiOperation,
    entity: string,
    attempt: number,
    now: Micros,
  ): CsiOutcome;
}
