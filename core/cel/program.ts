import type { CallContext } from './overload.ts';
import type { CelType } from './types.ts';
import type { Value } from './value.ts';

/** What one evaluation runs in. */
export interface Frame extends CallContext {
  /** A variable of the environment. */
  readonly variable: (name: string) => Value;
  /** Those of macros, by their place. */
  readonly locals: Value[];
}

export type Run = (frame: Frame) => Value;

/** A part of an expression that has been checked: its type, and how it runs. */
export interface Step {
  readonly type: CelType;
  readonly run: Run;
}
