import type { Action, RequestAction } from '../scenario/scenario.ts';
import { apply } from './apply.ts';
import { drain } from './drain.ts';
import { cordon, patch, remove, restart, scale, setImage, uncordon } from './edit.ts';
import { fault } from './fault.ts';
import type { StimulusHandler } from './handler.ts';

/** Every action of a scenario's timeline, one line each. */
const HANDLERS = [apply, remove, scale, setImage, patch, restart, cordon, uncordon, drain, fault] as const;

/** The handler of an action, by its `op`. */
export function handlerFor(action: Exclude<Action, RequestAction>): StimulusHandler {
  const handler = HANDLERS.find((candidate) => candidate.op === action.op);
  if (handler === undefined) throw new Error(`no handler for the action ${action.op}`);
  // `op` pairs each handler with its own action.
  return handler as unknown as StimulusHandler;
}
