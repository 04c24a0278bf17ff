import type { Command, Result } from '../../core/api/command.ts';
import type { NewObject } from '../../core/api/object.ts';
import type { Stimulus } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { FaultWorld } from '../faults/fault.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { Action } from '../scenario/scenario.ts';

/** What a user's action works on. */
export interface StimulusWorld {
  readonly view: View;
  readonly now: Micros;
  readonly random: RandomStream;
  readonly faults: FaultWorld;
  /** A request of the user's own: served at once, with no latency. */
  request(command: Command, cause: Cause): Result;
  /** What `apply` sent for this object before: what a new manifest leaves out is removed. */
  lastApplied(key: string): NewObject | undefined;
  rememberApplied(key: string, object: NewObject): void;
  /** Later, make a record that this action caused, and do what belongs to it. */
  after(delay: Micros, told: Stimulus, cause: Cause, run: (cause: Cause) => void): void;
  /** Later, go on with this action: no record, since it comes out the same when the action is done again. */
  later(delay: Micros, run: () => void): void;
  /** Tell that a part of the action was refused: `source` is where the action was written. */
  refused(source: string, message: string): void;
}

/** One kind of action: one file, and one line in the list. */
export interface StimulusHandler<A extends Action = Action> {
  readonly op: A['op'];
  run(world: StimulusWorld, action: A, source: string, cause: Cause): void;
}
