import type { Kind, StrategyContext } from '../kinds/kind.ts';
import { KINDS } from '../kinds/registry.ts';
import type { Journal } from '../log/journal.ts';
import type { Verb } from '../log/record.ts';
import { State } from '../store/state.ts';
import type { ApiStore } from './api-store.ts';
import { bindPod } from './bind.ts';
import type { Command, Result } from './command.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { evictPod } from './evict.ts';
import type { Draw, RequestContext } from './identity.ts';
import { type MetricsSource, readPodMetrics } from './metrics.ts';
import type { KubeObject } from './object.ts';
import { readOutsideMetric } from './outside-metrics.ts';
import { patchObject } from './patch.ts';
import { updateObject, updateStatus } from './update.ts';

/**
 * The API server: the one place where commands are applied. Each comes to one event, or to none and a result
 * that says why. It has no clock and no randomness of its own: the request brings its time, and the draws are
 * keyed by the number of the record that a request makes.
 */
export class ApiServer implements ApiStore {
  /** The truth: the fold of every event so far. */
  readonly state = new State();
  readonly journal: Journal;
  readonly draw: Draw;
  /** Who answers for the metrics APIs; absent: nobody does. */
  metrics: MetricsSource | undefined;
  private readonly nextSlot: number[] = KINDS.map(() => 0);

  constructor(journal: Journal, draw: Draw) {
    this.journal = journal;
    this.draw = draw;
    // First of the journal's sinks, so that whoever hears of an event finds it in the state.
    journal.subscribe((record) => {
      if (record.type === 'event') this.state.apply(record);
      else this.state.advance(record.rv);
    });
  }

  execute(command: Command, context: RequestContext): Result {
    switch (command.verb) {
      case 'create':
        return createObject(this, command, context);
      case 'update':
        return updateObject(this, command.kind, command.object, context);
      case 'updateStatus':
        return updateStatus(this, command.kind, command.object, context);
      case 'patch':
        return patchObject(this, command, context);
      case 'delete':
        return deleteObject(this, command, context);
      case 'bind':
        return bindPod(this, command, context);
      case 'evict':
        return evictPod(this, command, context);
      case 'podMetrics':
        return readPodMetrics(this.metrics, command);
      case 'outsideMetric':
        return readOutsideMetric(this.metrics, command);
    }
  }

  /** What a kind's strategy may read while it serves the request that becomes the next record. */
  strategyContext(context: RequestContext): StrategyContext {
    const entity = String(this.journal.nextNumber);
    return { view: this.state, now: context.now, draw: (purpose) => this.draw(entity, purpose) };
  }

  /** Append the event and fold it. `next` carries the number that the journal will give. Hot path. */
  commit(
    verb: Verb,
    kind: Kind,
    key: string,
    previous: KubeObject | undefined,
    next: KubeObject | undefined,
    context: RequestContext,
  ): number {
    const rv = this.journal.nextNumber;
    let slot: number;
    if (verb === 'create') {
      slot = this.nextSlot[kind.index] ?? 0;
      this.nextSlot[kind.index] = slot + 1;
    } else {
      const known = this.state.slotOf(kind, key);
      if (known === undefined) throw new Error(`${verb} of ${kind.resource} ${key}, which is not stored`);
      slot = known;
    }
    this.journal.event(
      rv,
      context.now,
      context.cause,
      context.reason,
      context.actor,
      verb,
      kind,
      slot,
      key,
      previous,
      next,
    );
    return rv;
  }
}
