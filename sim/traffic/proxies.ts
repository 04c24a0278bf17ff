import { ENDPOINT_SLICE } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Endpoint, EndpointSlice } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { WatchReader, type WatchStream } from '../host/watch-stream.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';

/** `discoveryv1.LabelServiceName`: to which Service a slice belongs. */
const SERVICE_NAME = 'kubernetes.io/service-name';
/** kube-proxy's `minSyncPeriod`: a change is programmed at once, the next not sooner than this after it. */
const MIN_SYNC_PERIOD: Micros = SECOND;

/** An address to which requests are sent: the uid of its pod, or `undefined` where it belongs to none. */
export type ProgrammedEndpoint = string | undefined;

const NONE: readonly ProgrammedEndpoint[] = [];

/**
 * The endpoints of Services as the nodes' kube-proxies have programmed them. They all hear the same watch at the same
 * time, so one stands for all: a change arrives with the delay of the watch, and is programmed by the next sync.
 */
export class Proxies implements Target {
  private readonly kernel: Kernel;
  private readonly programmed: (services: readonly string[], cause: number) => void;
  /** By the key of the Service, then of the slice. */
  private readonly slices = new Map<string, Map<string, EndpointSlice>>();
  private readonly table = new Map<string, readonly ProgrammedEndpoint[]>();
  private readonly changed = new Set<string>();
  private newest = 0;
  private isDue = false;
  private lastSync: Micros = Number.NEGATIVE_INFINITY;

  constructor(
    kernel: Kernel,
    stream: WatchStream,
    watchDelay: Micros,
    programmed: (services: readonly string[], cause: number) => void,
  ) {
    this.kernel = kernel;
    this.programmed = programmed;
    new WatchReader(kernel, stream, watchDelay, (event) => this.observe(event), [ENDPOINT_SLICE]);
  }

  endpointsOf(service: string): readonly ProgrammedEndpoint[] {
    return this.table.get(service) ?? NONE;
  }

  private observe({ key, previous, next, rv }: EventRecord): void {
    // The kind says what the object is.
    const slice = (next ?? previous) as EndpointSlice;
    const name = slice.metadata.labels?.[SERVICE_NAME];
    if (name === undefined) return;
    const service = `${slice.metadata.namespace ?? ''}/${name}`;
    const own = this.slices.get(service) ?? new Map<string, EndpointSlice>();
    this.slices.set(service, own);
    if (next === undefined) own.delete(key);
    else own.set(key, slice);
    this.changed.add(service);
    this.newest = rv;
    if (this.isDue) return;
    this.isDue = true;
    const { now } = this.kernel;
    this.kernel.schedule(Math.max(now, this.lastSync + MIN_SYNC_PERIOD), PRIORITY.actor, this, undefined);
  }

  /** A sync. */
  handle(_payload: unknown, now: Micros): void {
    this.isDue = false;
    this.lastSync = now;
    const services: string[] = [];
    for (const service of [...this.changed].sort()) {
      const before = this.endpointsOf(service);
      const after = chosen(this.slices.get(service) ?? new Map());
      if (before.length === after.length && before.every((uid, i) => uid === after[i])) continue;
      this.table.set(service, after);
      services.push(service);
    }
    this.changed.clear();
    if (services.length > 0) this.programmed(services, this.newest);
  }
}

/**
 * Endpoints that are ready; where there are none, those that still serve while they terminate
 * (https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-to-terminating-endpoints).
 */
function chosen(slices: ReadonlyMap<string, EndpointSlice>): readonly ProgrammedEndpoint[] {
  const all: Endpoint[] = [];
  const sorted = [...slices.keys()].sort().map((key) => slices.get(key)!);
  // A dual-stack Service has every pod once for each family; clients use one.
  const family = sorted[0]?.addressType;
  for (const slice of sorted) if (slice.addressType === family) all.push(...(slice.endpoints ?? []));
  // `ready` that is unknown counts as true (`EndpointConditions`).
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  const taken =
    ready.length > 0
      ? ready
      : all.filter(({ conditions }) => conditions?.terminating === true && conditions.serving !== false);
  return taken.map(({ targetRef }) => (targetRef?.kind === 'Pod' ? targetRef.uid : undefined));
}
