import type { Kind, StrategyContext } from '../kinds/kind.ts';
import type { Journal } from '../log/journal.ts';
import type { Verb } from '../log/record.ts';
import type { State } from '../store/state.ts';
import type { Draw, RequestContext } from './identity.ts';
import type { KubeObject } from './object.ts';

/** What the handlers of the verbs work on: the truth, the numbers, and the one way to write. */
export interface ApiStore {
  readonly state: State;
  /** The number that the next record gets. */
  readonly journal: Pick<Journal, 'nextNumber'>;
  readonly draw: Draw;
  strategyContext(context: RequestContext): StrategyContext;
  /** Append the event and fold it; returns its number. `next` already carries the number that the journal gives next. */
  commit(
    verb: Verb,
    kind: Kind,
    key: string,
    previous: KubeObject | undefined,
    next: KubeObject | undefined,
    context: RequestContext,
  ): number;
}
