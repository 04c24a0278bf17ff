import type { Expression } from './parse.ts';
import type { Step } from './program.ts';
import { type CelType, formatType } from './types.ts';

/** Variables of macros, from the innermost out. */
export interface Scope {
  readonly name: string;
  readonly type: CelType;
  readonly place: number;
  readonly outer: Scope | undefined;
}

/** The compiler, as parts of it see it. */
export interface Checking {
  /** An issue counts, and the rest is checked as if this part could be anything. */
  fail(offset: number, text: string): Step;
  compile(expression: Expression, scope: Scope | undefined): Step;
  /** The type of a field; what has none is an issue. */
  fieldType(type: CelType, field: string, at: number): CelType;
}

export function noOverload(name: string, types: readonly CelType[], isMember: boolean): string {
  const [first, ...rest] = types.map(formatType);
  const applied = isMember ? `${first}.(${rest.join(', ')})` : `(${types.map(formatType).join(', ')})`;
  return `found no matching overload for '${name}' applied to '${applied}'`;
}
