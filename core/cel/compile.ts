import { Compiler } from './compiler.ts';
import type { Environment } from './environment.ts';
import { CelError, CostExceeded, type Issue, showIssues } from './error.ts';
import { parse } from './parse.ts';
import type { CelType } from './types.ts';
import type { Value } from './value.ts';

/** An expression that is right, and can run. */
export interface Program {
  readonly source: string;
  readonly type: CelType;
  /** Variables of the environment that it speaks of. */
  readonly names: ReadonlySet<string>;
  readonly evaluate: (variable: (name: string) => Value, budget: Budget) => Outcome;
}

export type Compiled =
  | { readonly program: Program }
  | { readonly issues: readonly Issue[]; readonly text: string };

export type Outcome = { readonly value: Value } | { readonly error: CelError };

/** What evaluations together may cost: the unit is cel-go's, about one operation. */
export interface Budget {
  remaining: number;
}

/** Of one expression (apiserver `cel.PerCallLimit`), and of all rules of an object or a policy (`cel.RuntimeCELCostBudget`). */
export const CALL_COST_MAX = 1_000_000;
export const TOTAL_COST_MAX = 10_000_000;

/** More issues than anyone reads (cel-go's default limit). */
const ISSUES_MAX = 100;

function problem(source: string, issues: readonly Issue[]): Compiled {
  const sorted = [...issues].sort(
    (a, b) => a.offset - b.offset || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0),
  );
  const shown = sorted.slice(0, ISSUES_MAX);
  return { issues: shown, text: showIssues(source, shown) };
}

export function compile(source: string, environment: Environment): Compiled {
  const parsed = parse(source);
  if ('issue' in parsed) return problem(source, [parsed.issue]);
  const compiler = new Compiler(environment);
  const { type, run } = compiler.compile(parsed, undefined);
  if (compiler.issues.length > 0) return problem(source, compiler.issues);
  const evaluate: Program['evaluate'] = (variable, budget) => {
    let left = Math.min(CALL_COST_MAX, budget.remaining);
    const start = left;
    const charge = (cost: number): void => {
      left -= cost;
      if (left < 0) throw new CostExceeded();
    };
    try {
      return { value: run({ variable, charge, locals: [] }) };
    } catch (error) {
      if (error instanceof CelError) return { error };
      // What an engine can't hold, a text of a gigabyte, is no defect of the program.
      if (error instanceof RangeError) return { error: new CostExceeded() };
      throw error;
    } finally {
      budget.remaining -= Math.ceil(start - Math.max(0, left));
    }
  };
  return { program: { source, type, names: compiler.names, evaluate } };
}
