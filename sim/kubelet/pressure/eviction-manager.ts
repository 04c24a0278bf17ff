import { formatBytes, formatWhole, whole } from '../../../core/quantity.ts';
import { type Micros, SECOND } from '../../../core/time.ts';
import type { Cause } from '../../actor.ts';
import type { KubeletConfiguration } from '../../scenario/kubelet-configuration.ts';
import { type Candidate, ranked } from './candidates.ts';
import type { EvictablePod, PressureHost } from './host.ts';
import { IMAGE_GC_PERIOD, ImageCollector } from './image-collector.ts';
import { nodeLow, storageExcess } from './messages.ts';
import { killForMemory } from './node-memory.ts';
import { usageOf } from './pod-usage.ts';
import {
  type EvictionRules,
  PRESSURE_OF,
  type Pressure,
  quantityOf,
  RESOURCE_OF,
  SIGNALS,
  type Signal,
  type Threshold,
} from './thresholds.ts';

/** `evictionMonitoringPeriod` of `pkg/kubelet/kubelet.go`. */
export const MONITORING_PERIOD: Micros = 10 * SECOND;
/** `podCleanupPollFreq` and `podCleanupTimeout` of `pkg/kubelet/eviction/eviction_manager.go`. */
const CLEANUP_POLL: Micros = 1 * SECOND;
const CLEANUP_TIMEOUT: Micros = 30 * SECOND;
/** `immediateEvictionGracePeriodSeconds`. */
const IMMEDIATE_GRACE = 1;
/** Processes that a machine can have: the kernel's own default of `pid_max`. */
export const PIDS_MAX = 32_768;
const DEFAULT_POD_GRACE = 30;

interface Observation {
  readonly available: number;
  readonly capacity: number;
}

/** What of a node something takes that is no pod. */
export interface Taken {
  readonly memory: number;
  readonly disk: number;
  readonly pids: number;
}

/**
 * The eviction manager of a kubelet (`pkg/kubelet/eviction/eviction_manager.go`), for as long as its node has anything
 * for it to find. It looks every ten seconds; while a pod that it evicted goes, every second.
 */
export class EvictionManager {
  private readonly host: PressureHost;
  private readonly rules: EvictionRules;
  private readonly collector: ImageCollector;
  private readonly taken: () => Taken;
  /** Thresholds that are passed, since when. */
  private met = new Map<Threshold, Micros>();
  private readonly lastSeen = new Map<Pressure, Micros>();
  private pressures: readonly Pressure[] = [];
  private leaving: EvictablePod | undefined;
  private leavingUntil: Micros = 0;
  private collectAt: Micros;

  constructor(
    host: PressureHost,
    rules: EvictionRules,
    configuration: KubeletConfiguration | undefined,
    taken: () => Taken,
  ) {
    this.host = host;
    this.rules = rules;
    this.collector = new ImageCollector(host, configuration);
    this.taken = taken;
    this.collectAt = host.context.now + IMAGE_GC_PERIOD;
  }

  /** Whether there is nothing that it would find again. */
  get isIdle(): boolean {
    return this.met.size === 0 && this.pressures.length === 0 && this.leaving === undefined;
  }

  /** Look once; after how long to look again. */
  look(cause: Cause): Micros {
    const { now } = this.host.context;
    if (this.leaving !== undefined && this.leaving.mode !== 'finished' && now < this.leavingUntil)
      return CLEANUP_POLL;
    this.leaving = undefined;
    const candidates = this.candidates(now);
    const observed = this.observe(candidates);
    this.outOfMemory(candidates, observed, cause);
    if (this.collectAt <= now) {
      this.collectAt = now + IMAGE_GC_PERIOD;
      const { available, capacity } = observed['nodefs.available'];
      this.collector.collect(capacity - available, capacity, cause);
    }
    this.update(observed, now, cause);
    if (this.evictForStorage(candidates, cause)) return MONITORING_PERIOD;
    this.reclaim(candidates, observed, now, cause);
    return this.leaving === undefined ? MONITORING_PERIOD : CLEANUP_POLL;
  }

  private candidates(now: Micros): readonly Candidate[] {
    const { programs } = this.host;
    return this.host
      .evictablePods()
      .filter(({ mode }) => mode === 'running')
      .map((pod) => ({ pod, usage: usageOf(pod, programs, now) }));
  }

  /** One disk holds the images too, so that both of its signals are the same. */
  private observe(candidates: readonly Candidate[]): Record<Signal, Observation> {
    const { capacity: machine, images, registry } = this.host;
    const taken = this.taken();
    let { memory, disk } = taken;
    let processes = taken.pids;
    for (const { usage } of candidates) {
      memory += usage.memory;
      disk += usage.disk;
      processes += usage.processes;
    }
    for (const image of images.present) disk += registry.describe(image).sizeBytes;
    const diskCapacity = whole(machine.ephemeralStorage);
    const onDisk = { available: Math.max(0, diskCapacity - disk), capacity: diskCapacity };
    const memoryCapacity = whole(machine.memory);
    return {
      'memory.available': { available: memoryCapacity - memory, capacity: memoryCapacity },
      'nodefs.available': onDisk,
      'imagefs.available': onDisk,
      'pid.available': { available: Math.max(0, PIDS_MAX - processes), capacity: PIDS_MAX },
    };
  }

  private outOfMemory(
    candidates: readonly Candidate[],
    observed: Record<Signal, Observation>,
    cause: Cause,
  ): void {
    const { available, capacity } = observed['memory.available'];
    if (available >= 0) return;
    const left = killForMemory(this.host, candidates, capacity, available, cause);
    observed['memory.available'] = { available: Math.max(0, left), capacity };
  }

  /** Which thresholds are passed now, and the conditions that follow. */
  private update(observed: Record<Signal, Observation>, now: Micros, cause: Cause): void {
    const met = new Map<Threshold, Micros>();
    for (const threshold of this.rules.thresholds) {
      const { available, capacity } = observed[threshold.signal];
      const since = this.met.get(threshold);
      const value = quantityOf(threshold.value, capacity);
      const isOver = available >= value + (since === undefined ? 0 : quantityOf(threshold.reclaim, capacity));
      if (!isOver) met.set(threshold, since ?? now);
    }
    this.met = met;
    for (const { signal } of met.keys()) this.lastSeen.set(PRESSURE_OF[signal], now);
    const pressures = (['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const).filter((pressure) => {
      const seen = this.lastSeen.get(pressure);
      // A condition stays for the transition period, lest it comes and goes (`nodeConditionsObservedSince`).
      return seen !== undefined && (seen === now || now - seen < this.rules.transitionPeriod);
    });
    if (pressures.join() === this.pressures.join()) return;
    const [worst] = met.keys();
    const reason = worst === undefined ? 'the pressure is over' : reasonOf(worst, observed[worst.signal]);
    this.pressures = pressures;
    this.host.pressuresChanged(pressures, { rv: cause.rv, reason });
  }

  /** Pods that wrote more than they may, all of them at once (`localStorageEviction`). */
  private evictForStorage(candidates: readonly Candidate[], cause: Cause): boolean {
    let any = false;
    for (const { pod, usage } of candidates) {
      if (pod.mode !== 'running' || (usage.disk === 0 && usage.volumes.size === 0)) continue;
      const message = storageExcess(pod, usage);
      if (message === undefined) continue;
      this.evict(pod, message, IMMEDIATE_GRACE, { rv: cause.rv, reason: message.trim() });
      any = true;
    }
    return any;
  }

  private reclaim(
    candidates: readonly Candidate[],
    before: Record<Signal, Observation>,
    now: Micros,
    cause: Cause,
  ): void {
    let observed = before;
    const due = (): Threshold | undefined =>
      [...this.met]
        .filter(([threshold, since]) => now - since >= threshold.grace)
        .map(([threshold]) => threshold)
        .sort(byUrgency)[0];
    let threshold = due();
    if (threshold === undefined) return;
    const resource = RESOURCE_OF[threshold.signal];
    const trying = `Attempting to reclaim ${resource}`;
    this.host.tellNodeOf('Warning', 'EvictionThresholdMet', trying, cause);
    if (resource === 'ephemeral-storage' && this.collector.freeAll() > 0) {
      observed = this.observe(candidates);
      this.update(observed, now, cause);
      threshold = due();
      if (threshold === undefined) return;
    }
    const { signal, isHard } = threshold;
    const [victim] = ranked(candidates, signal);
    if (victim === undefined) return;
    const { available, capacity } = observed[signal];
    const message = nodeLow(victim, signal, quantityOf(threshold.value, capacity), Math.max(0, available));
    const own = victim.pod.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_POD_GRACE;
    const grace = isHard ? IMMEDIATE_GRACE : Math.min(this.rules.maxPodGrace, own);
    this.evict(victim.pod, message, grace, { rv: cause.rv, reason: reasonOf(threshold, observed[signal]) });
    this.leaving = victim.pod;
    this.leavingUntil = now + CLEANUP_TIMEOUT;
  }

  private evict(pod: EvictablePod, message: string, graceSeconds: number, cause: Cause): void {
    const how = {
      phase: 'Failed',
      reason: 'Evicted',
      message,
      disruption: 'TerminationByKubelet',
      event: 'Evicted',
    } as const;
    pod.end(how, graceSeconds, cause);
  }
}

/** Memory before all else, then in the order of the signals; hard ones first. */
function byUrgency(a: Threshold, b: Threshold): number {
  return SIGNALS.indexOf(a.signal) - SIGNALS.indexOf(b.signal) || Number(b.isHard) - Number(a.isHard);
}

function reasonOf({ signal, value }: Threshold, { available, capacity }: Observation): string {
  const text = signal === 'pid.available' ? formatWhole : formatBytes;
  const least = 'percent' in value ? `${value.percent}%` : text(quantityOf(value, capacity));
  return `${signal} was ${text(Math.max(0, available))}, less than ${least}`;
}
