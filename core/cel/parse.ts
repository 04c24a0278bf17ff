import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import type { Issue } from './error.ts';
import { structLiterals } from './struct-literal.ts';

/**
 * Source to tree. The grammar is cel-js's; everything after it (types, functions, evaluation, cost) is this folder's:
 * Kubernetes' types, 64-bit and nanosecond exactness, RE2, time zones of our own and a budget have no place to be put
 * into cel-js's evaluator, nor into that of @bufbuild/cel, whose checker knows constants and names alone.
 */
export type Expression =
  | { readonly op: 'constant'; readonly at: number; readonly value: Constant }
  | { readonly op: 'name'; readonly at: number; readonly name: string }
  | {
      readonly op: 'select';
      readonly at: number;
      readonly target: Expression;
      readonly field: string;
      readonly isOptional: boolean;
    }
  | {
      readonly op: 'call';
      readonly at: number;
      readonly name: string;
      readonly target?: Expression;
      readonly args: readonly Expression[];
    }
  | { readonly op: 'list'; readonly at: number; readonly items: readonly Expression[] }
  | {
      readonly op: 'map';
      readonly at: number;
      readonly entries: readonly (readonly [Expression, Expression])[];
    };

export type Constant =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int' | 'uint'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

/** cel-go's limit on an expression's code points (`parser.ExpressionSizeCodePointLimit`). */
const LENGTH_MAX = 100_000;
/** How deep a tree may be: deeper ones would need more stack than an engine is sure to have. */
const DEPTH_MAX = 600;
/** A run of signs is parsed by recursion without a limit of its own. */
const SIGN_RUN = /(?:[!-]\s*){250}/;
const MAX_INT = 9_223_372_036_854_775_807n;

const limits = {
  maxAstNodes: 100_000,
  maxDepth: 250,
  maxListElements: 10_000,
  maxMapEntries: 10_000,
  maxCallArguments: 64,
};
let environment: Environment | undefined;

class BadSource extends Error {
  readonly issue: Issue;

  constructor(offset: number, text: string) {
    super(text);
    this.issue = { offset, text };
  }
}

export function parse(source: string): Expression | { readonly issue: Issue } {
  if (source.length > LENGTH_MAX) {
    return problem(
      0,
      `expression code point size exceeds limit: size: ${source.length}, limit ${LENGTH_MAX}`,
    );
  }
  if (SIGN_RUN.test(source)) return problem(0, 'expression recursion limit exceeded: 250');
  environment ??= new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits,
  });
  const { text, offsetIn } = structLiterals(source);
  try {
    return new Reader(text, offsetIn).read(environment.parse(text).ast, 0);
  } catch (error) {
    if (error instanceof BadSource) return { issue: error.issue };
    if (error instanceof ParseError) {
      return problem(offsetIn(error.range?.start ?? 0), `Syntax error: ${error.summary}`);
    }
    throw error;
  }
}

function problem(offset: number, text: string): { readonly issue: Issue } {
  return { issue: { offset, text } };
}

const IDENTIFIER = /[A-Za-z0-9_]/;

class Reader {
  private readonly source: string;
  private readonly offsetIn: (offset: number) => number;

  constructor(source: string, offsetIn: (offset: number) => number) {
    this.source = source;
    this.offsetIn = offsetIn;
  }

  /** The next thing after `offset` that is neither space, nor a comment, nor a closing parenthesis. */
  private next(offset: number): number {
    let at = offset;
    for (;;) {
      const sign = this.source[at];
      if (sign === ' ' || sign === '\t' || sign === '\n' || sign === '\r' || sign === ')') at += 1;
      else if (sign === '/' && this.source[at + 1] === '/') {
        const end = this.source.indexOf('\n', at);
        at = end < 0 ? this.source.length : end;
      } else return at;
    }
  }

  /** The parenthesis that opens the arguments of a function named at `offset`. */
  private opening(offset: number): number {
    let at = this.next(offset);
    if (this.source[at] === '.') at = this.next(at + 1);
    while (IDENTIFIER.test(this.source[at] ?? '')) at += 1;
    return this.next(at);
  }

  private all(nodes: readonly ASTNode[], depth: number): Expression[] {
    return nodes.map((node) => this.read(node, depth));
  }

  read(node: ASTNode, outer: number): Expression {
    const depth = outer + 1;
    if (depth > DEPTH_MAX)
      throw new BadSource(this.offsetIn(node.start), `expression is nested deeper than ${DEPTH_MAX}`);
    switch (node.op) {
      case 'value':
        return this.constant(node.args, node.pos);
      case 'id':
        return { op: 'name', at: this.offsetIn(node.pos), name: node.args };
      case '.':
      case '.?': {
        const target = this.read(node.args[0], depth);
        const at = this.offsetIn(this.next(node.args[0].end));
        return { op: 'select', at, target, field: node.args[1], isOptional: node.op === '.?' };
      }
      case 'call':
        return {
          op: 'call',
          at: this.offsetIn(this.opening(node.pos)),
          name: node.args[0],
          args: this.all(node.args[1], depth),
        };
      case 'rcall':
        return {
          op: 'call',
          at: this.offsetIn(this.opening(node.args[1].end)),
          name: node.args[0],
          target: this.read(node.args[1], depth),
          args: this.all(node.args[2], depth),
        };
      case 'list':
        return { op: 'list', at: this.offsetIn(node.pos), items: this.all(node.args, depth) };
      case 'map':
        return {
          op: 'map',
          at: this.offsetIn(node.pos),
          entries: node.args.map(([key, value]) => [this.read(key, depth), this.read(value, depth)] as const),
        };
      case '!_':
      case '-_':
        return this.unary(node.op, node.args, node.pos, depth);
      case '?:': {
        const at = this.offsetIn(this.next(node.args[0].end));
        return { op: 'call', at, name: '_?_:_', args: this.all(node.args, depth) };
      }
      default: {
        const at = this.offsetIn(this.next(node.args[0].end));
        return { op: 'call', at, name: OPERATOR[node.op] ?? node.op, args: this.all(node.args, depth) };
      }
    }
  }

  private unary(op: '!_' | '-_', operand: ASTNode, pos: number, depth: number): Expression {
    // The least of all integers has no positive counterpart: its sign is a part of it.
    if (op === '-_' && operand.op === 'value' && typeof operand.args === 'bigint') {
      if (operand.args === MAX_INT + 1n) {
        return { op: 'constant', at: this.offsetIn(pos), value: { kind: 'int', value: -operand.args } };
      }
    }
    const name = op === '!_' ? '!_' : '-_';
    return { op: 'call', at: this.offsetIn(pos), name, args: [this.read(operand, depth)] };
  }

  private constant(value: unknown, pos: number): Expression {
    const at = this.offsetIn(pos);
    if (value === null) return { op: 'constant', at, value: { kind: 'null' } };
    switch (typeof value) {
      case 'boolean':
        return { op: 'constant', at, value: { kind: 'bool', value } };
      case 'bigint':
        if (value > MAX_INT) throw new BadSource(at, 'Syntax error: invalid int literal');
        return { op: 'constant', at, value: { kind: 'int', value } };
      case 'number':
        return { op: 'constant', at, value: { kind: 'double', value } };
      case 'string':
        return { op: 'constant', at, value: { kind: 'string', value } };
      default:
        break;
    }
    if (value instanceof Uint8Array) return { op: 'constant', at, value: { kind: 'bytes', value } };
    // What is left is its class of unsigned integers, which it does not export.
    if (typeof value === 'object' && 'value' in value && typeof value.value === 'bigint') {
      return { op: 'constant', at, value: { kind: 'uint', value: value.value } };
    }
    throw new Error(`a literal of an unknown kind came out of the parser: ${String(value)}`);
  }
}

/** How cel-go calls the operators. */
const OPERATOR: Readonly<Record<string, string>> = {
  '==': '_==_',
  '!=': '_!=_',
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '+': '_+_',
  '-': '_-_',
  '*': '_*_',
  '/': '_/_',
  '%': '_%_',
  in: '@in',
  '||': '_||_',
  '&&': '_&&_',
  '[]': '_[_]',
  '[?]': '_[?_]',
};
