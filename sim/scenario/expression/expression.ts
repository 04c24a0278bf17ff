import type { EventRecord } from '../../../core/log/record.ts';
import type { View } from '../../../core/store/view.ts';
import type { Micros } from '../../../core/time.ts';
import { formatDuration } from '../duration.ts';
import { didYouMean } from '../problem.ts';
import type { Comparison, Node } from './ast.ts';
import { CallArguments, type Dependency, type Type, type Value } from './call.ts';
import { ExpressionError } from './expression-error.ts';
import { FUNCTIONS } from './functions.ts';
import { parseExpression } from './parser.ts';
import { NO_SERIES, type SeriesValues } from './series-values.ts';

/** The value in a state, at its time, with what was measured by then: nothing unless given. */
export type Evaluate = (view: View, now: Micros, series?: SeriesValues) => Value;

/** One thing that an expression asks of the cluster: `available(deployment/web)`, as it was written. */
export interface Part {
  readonly text: string;
  readonly type: Type;
  readonly evaluate: Evaluate;
}

/**
 * An expression that has been read and checked: evaluating it can't fail. What is asked of an object that is not
 * there is unknown, and so is what is computed from it; `false && unknown` is false, `true || unknown` true.
 */
export interface Expression {
  readonly text: string;
  readonly type: Type;
  readonly evaluate: Evaluate;
  /** Each part once, in the order of the text. */
  readonly parts: readonly Part[];
  /** For `part >= 2` alone: the part, and `>= 2`. */
  readonly comparison: { readonly part: Part; readonly expected: string } | undefined;
  /** What can change its value. */
  readonly dependencies: readonly Dependency[];
  /** Series whose samples can change it. */
  readonly series: readonly string[];
  /** Its value can change with the clock alone. */
  readonly followsTime: boolean;
}

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  /** `offset`: into the text, from 0. */
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** Reads an expression of any type. */
export function compileExpression(text: string): Compiled {
  try {
    const node = parseExpression(text);
    const compiler = new Compiler();
    const { type, evaluate } = compiler.compile(node);
    return {
      ok: true,
      expression: {
        text,
        type,
        evaluate,
        parts: compiler.parts,
        comparison: comparisonOf(node, compiler.parts),
        dependencies: compiler.dependencies,
        series: compiler.series,
        followsTime: compiler.followsTime,
      },
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { ok: false, offset: error.offset, message: error.message };
  }
}

/** Reads an expression that is true or false. */
export function compileCondition(text: string): Compiled {
  const compiled = compileExpression(text);
  if (!compiled.ok || compiled.expression.type === 'boolean') return compiled;
  return {
    ok: false,
    offset: 0,
    message: `is ${A[compiled.expression.type]}: compare it with something, as in ${text} >= 1`,
  };
}

/** Whether an event can have changed the expression's value. */
export function concerns(dependencies: readonly Dependency[], record: EventRecord): boolean {
  for (const { kind, key, namespace } of dependencies) {
    if (kind.index !== record.kind.index) continue;
    if (
      key !== undefined
        ? key === record.key
        : namespace === undefined || record.key.startsWith(`${namespace}/`)
    ) {
      return true;
    }
  }
  return false;
}

const A: Readonly<Record<Type, string>> = {
  number: 'a number',
  duration: 'a duration',
  text: 'a text',
  boolean: 'true or false',
};

/** A value as a message shows it. */
export function formatValue(value: Value, type: Type): string {
  if (value === undefined) return 'unknown';
  if (type === 'duration' && typeof value === 'number') return formatDuration(value);
  return typeof value === 'string' ? JSON.stringify(value) : `${value}`;
}

function comparisonOf(node: Node, parts: readonly Part[]): Expression['comparison'] {
  if (node.type !== 'comparison' || node.left.type !== 'call') return undefined;
  const isLiteral = ['number', 'duration', 'text', 'boolean'].includes(node.right.type);
  const part = parts[0];
  return isLiteral && part !== undefined
    ? { part, expected: `${node.operator} ${node.rightText}` }
    : undefined;
}

interface Typed {
  readonly type: Type;
  readonly evaluate: Evaluate;
}

class Compiler {
  readonly parts: Part[] = [];
  readonly dependencies: Dependency[] = [];
  readonly series: string[] = [];
  followsTime = false;

  compile(node: Node): Typed {
    switch (node.type) {
      case 'number':
      case 'duration':
      case 'text':
      case 'boolean': {
        const { value } = node;
        return { type: node.type, evaluate: () => value };
      }
      case 'call':
        return this.call(node);
      case 'not': {
        const { evaluate } = this.expect(node.operand, 'boolean');
        return {
          type: 'boolean',
          evaluate: (view, now, series) => {
            const value = evaluate(view, now, series);
            return value === undefined ? undefined : value !== true;
          },
        };
      }
      case 'negative': {
        const operand = this.compile(node.operand);
        if (operand.type !== 'number' && operand.type !== 'duration') {
          throw new ExpressionError(node.offset, `- needs a number, not ${A[operand.type]}`);
        }
        return arithmetic(
          operand.type,
          () => 0,
          operand.evaluate,
          (a, b) => a - b,
        );
      }
      case 'comparison':
        return this.comparison(node);
      case 'arithmetic':
        return this.arithmetic(node);
      case 'logic':
        return this.logic(node);
    }
  }

  private call(node: Node & { type: 'call' }): Typed {
    const found = FUNCTIONS.find(({ name }) => name === node.name);
    if (found === undefined) {
      const names = FUNCTIONS.map(({ name }) => name);
      const meant = didYouMean(node.name, names);
      const message = `there is no function ${node.name}${meant === '' ? `: there are ${names.join(', ')}` : meant}`;
      throw new ExpressionError(node.offset, message);
    }
    const call = found.call(new CallArguments(found.signature, node.arguments, node.offset));
    if (call.followsTime === true) this.followsTime = true;
    this.dependencies.push(...call.dependencies);
    this.series.push(...(call.series ?? []));
    const evaluate: Evaluate = (view, now, series = NO_SERIES) => call.evaluate(view, now, series);
    if (!this.parts.some(({ text }) => text === node.text)) {
      this.parts.push({ text: node.text, type: found.returns, evaluate });
    }
    return { type: found.returns, evaluate };
  }

  private expect(node: Node, type: Type): Typed {
    const compiled = this.compile(node);
    if (compiled.type !== type) {
      throw new ExpressionError(node.offset, `expected ${A[type]}, got ${A[compiled.type]}`);
    }
    return compiled;
  }

  private comparison(node: Node & { type: 'comparison' }): Typed {
    const left = this.compile(node.left);
    const right = this.compile(node.right);
    if (left.type !== right.type) {
      throw new ExpressionError(node.offset, `${A[left.type]} can't be compared with ${A[right.type]}`);
    }
    const isOrder = node.operator !== '==' && node.operator !== '!=';
    if (isOrder && left.type !== 'number' && left.type !== 'duration') {
      throw new ExpressionError(
        node.offset,
        `${node.operator} compares numbers and durations; ${A[left.type]} takes == and !=`,
      );
    }
    const holds = COMPARE[node.operator];
    return {
      type: 'boolean',
      evaluate: (view, now, series) => {
        const a = left.evaluate(view, now, series);
        const b = right.evaluate(view, now, series);
        return a === undefined || b === undefined ? undefined : holds(a, b);
      },
    };
  }

  private arithmetic(node: Node & { type: 'arithmetic' }): Typed {
    const left = this.compile(node.left);
    const right = this.compile(node.right);
    const types = [left.type, right.type];
    const isNumeric = types.every((type) => type === 'number' || type === 'duration');
    const isSame = left.type === right.type;
    if (node.operator === '*') {
      if (!isNumeric || (isSame && left.type === 'duration')) {
        throw new ExpressionError(node.offset, `${A[left.type]} can't be multiplied with ${A[right.type]}`);
      }
      const type = types.includes('duration') ? 'duration' : 'number';
      return arithmetic(type, left.evaluate, right.evaluate, (a, b) => a * b);
    }
    if (!isNumeric || !isSame) {
      throw new ExpressionError(
        node.offset,
        `${node.operator} needs two numbers or two durations, not ${A[left.type]} and ${A[right.type]}`,
      );
    }
    const compute = node.operator === '+' ? (a: number, b: number) => a + b : (a: number, b: number) => a - b;
    return arithmetic(left.type, left.evaluate, right.evaluate, compute);
  }

  /** Kleene's logic: a side that decides does so whatever the other is. */
  private logic(node: Node & { type: 'logic' }): Typed {
    const left = this.expect(node.left, 'boolean');
    const right = this.expect(node.right, 'boolean');
    const deciding = node.operator === '||';
    return {
      type: 'boolean',
      evaluate: (view, now, series) => {
        const a = left.evaluate(view, now, series);
        if (a === deciding) return deciding;
        const b = right.evaluate(view, now, series);
        if (b === deciding) return deciding;
        return a === undefined || b === undefined ? undefined : !deciding;
      },
    };
  }
}

const COMPARE: Readonly<
  Record<Comparison, (a: number | string | boolean, b: number | string | boolean) => boolean>
> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function arithmetic(
  type: Type,
  left: Typed['evaluate'],
  right: Typed['evaluate'],
  compute: (a: number, b: number) => number,
): Typed {
  return {
    type,
    evaluate: (view, now, series) => {
      const a = left(view, now, series);
      const b = right(view, now, series);
      return a === undefined || b === undefined ? undefined : compute(a as number, b as number);
    },
  };
}
