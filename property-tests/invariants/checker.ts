import { splitKey } from '../../core/api/object.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import type { LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE, type Micros } from '../../core/time.ts';
import type { Finding, Invariant, Violation, Watcher } from './invariant.ts';

/**
 * So long after the last disturbance a cluster must have come to rest: a node is given up after 50 s and its pods
 * evicted 300 s later; the back-off of a container, an image or an unschedulable pod is at most 5 minutes.
 */
export const REST_AFTER: Micros = 8 * MINUTE;

/** Violations that are told; a broken controller can make thousands. */
const VIOLATIONS_MAX = 100;

/** Stimuli that are no disturbance: the load goes up and down all day. */
const OF_ITSELF: ReadonlySet<string> = new Set(['load', 'load-end']);

interface Watched {
  readonly invariant: Invariant;
  readonly watcher: Watcher;
}

/** Which of them are shown a kind: the same in every run, and campaigns make many. */
const placesByInvariants = new WeakMap<readonly Invariant[], readonly (readonly number[])[]>();

function concernedByKind(
  invariants: readonly Invariant[],
  watched: readonly Watched[],
): readonly (readonly number[])[] {
  let known = placesByInvariants.get(invariants);
  if (known === undefined) {
    known = KINDS.map(({ index }) =>
      [...watched.keys()].filter((place) => {
        const kinds = watched[place]?.watcher.kinds;
        return kinds === undefined || kinds.some((kind) => kind.index === index);
      }),
    );
    placesByInvariants.set(invariants, known);
  }
  return known;
}

/** Watches a run for what must hold in every run. Takes the records in order, each with the state that it led to. */
export class InvariantChecker {
  readonly violations: Violation[] = [];
  private readonly watched: readonly Watched[];
  private readonly byKind: readonly (readonly Watched[])[];
  private readonly ofStimuli: readonly Watched[];
  /** Shown everything, custom kinds as well. */
  private readonly ofAll: readonly Watched[];
  private readonly told = new Set<string>();
  /** When the last of the faults that have begun ends. */
  private faultyUntil: Micros = 0;
  private disturbedAt: Micros = 0;
  private lastRv = 0;

  constructor(invariants: readonly Invariant[]) {
    this.watched = invariants.map((invariant) => ({ invariant, watcher: invariant.watch() }));
    this.byKind = concernedByKind(invariants, this.watched).map((places) =>
      places.map((place) => this.watched[place] as Watched),
    );
    this.ofStimuli = this.watched.filter(({ watcher }) => watcher.stimuli === true);
    this.ofAll = this.watched.filter(({ watcher }) => watcher.kinds === undefined);
  }

  get checked(): number {
    return this.watched.length;
  }

  /** When something was last done from outside. */
  get lastDisturbance(): Micros {
    return this.disturbedAt;
  }

  /** Hot path. */
  observe(record: LogRecord, view: View): void {
    this.lastRv = record.rv;
    if (record.type === 'sample') return;
    if (record.type === 'stimulus') this.disturbed(record);
    const concerned =
      record.type === 'stimulus' ? this.ofStimuli : (this.byKind[record.kind.index] ?? this.ofAll);
    const moment = { view, now: record.t };
    for (const { invariant, watcher } of concerned) {
      const findings = watcher.observe(record, moment);
      if (findings !== undefined) this.take(invariant, findings, record.rv, record.t);
    }
  }

  /** Whether nothing disturbs the cluster any more, and hasn't for so long that it must be at rest. */
  isDue(now: Micros): boolean {
    return now - Math.max(this.disturbedAt, this.faultyUntil) >= REST_AFTER;
  }

  /** What has still not become true: nothing, for a cluster at rest that is as it should be. */
  unrest(view: View, now: Micros): readonly Finding[] {
    return this.watched.flatMap(({ watcher }) => watcher.atRest?.({ view, now }) ?? []);
  }

  /** The run is over: is the cluster at rest, where it had the time? */
  finish(view: View, now: Micros): readonly Violation[] {
    if (this.isDue(now)) {
      for (const { invariant, watcher } of this.watched) {
        const findings = watcher.atRest?.({ view, now });
        if (findings !== undefined) this.take(invariant, findings, this.lastRv, now);
      }
    }
    return this.violations;
  }

  private disturbed({ action, t }: StimulusRecord): void {
    if (action.op === 'end' || OF_ITSELF.has(action.op)) return;
    this.disturbedAt = t;
    if (action.op !== 'fault' || action.fault === 'container-crash') return;
    const length = typeof action.for === 'number' ? action.for : Number.POSITIVE_INFINITY;
    this.faultyUntil = Math.max(this.faultyUntil, t + length);
  }

  private take(invariant: Invariant, findings: readonly Finding[], rv: number, t: Micros): void {
    for (const { kind, key, message } of findings) {
      const id = `${invariant.name} ${kind.index} ${key}`;
      if (this.told.has(id) || this.violations.length >= VIOLATIONS_MAX) continue;
      this.told.add(id);
      const { namespace, name } = splitKey(key);
      this.violations.push({
        name: invariant.name,
        rv,
        t,
        object: `${kind.singular}/${name}`,
        ...(namespace === undefined ? {} : { namespace }),
        message,
      });
    }
  }
}
