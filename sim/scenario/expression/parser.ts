import type { Argument, Arithmetic, Comparison, Node } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import { type Token, tokenize } from './lexer.ts';

/** Longer or deeper than anything that a person would write. */
const LENGTH_MAX = 4_000;
const DEPTH_MAX = 64;

const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

/** Recursive descent, a function per level of precedence: `||`, `&&`, comparison, `+ -`, `*`, `! -`. */
class Parser {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
  }

  whole(): Node {
    if (this.peek().type === 'end') throw new ExpressionError(0, 'the expression is empty');
    const node = this.or();
    if (this.peek().type !== 'end') throw this.unexpected('an operator or the end');
    return node;
  }

  private peek(): Token {
    return this.tokens[this.position]!;
  }

  private take(): Token {
    const token = this.peek();
    if (token.type !== 'end') this.position += 1;
    return token;
  }

  private takeSymbol(...symbols: readonly string[]): string | undefined {
    const { type, text } = this.peek();
    if (type !== 'symbol' || !symbols.includes(text)) return undefined;
    this.position += 1;
    return text;
  }

  private unexpected(expected: string): ExpressionError {
    const { type, offset, text } = this.peek();
    const got = type === 'end' ? 'the end' : type === 'string' ? JSON.stringify(text) : text;
    return new ExpressionError(offset, `expected ${expected}, got ${got}`);
  }

  private or(): Node {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) {
      throw new ExpressionError(this.peek().offset, `nested more than ${DEPTH_MAX} levels deep`);
    }
    let left = this.and();
    for (let offset = this.peek().offset; this.takeSymbol('||') !== undefined; offset = this.peek().offset) {
      left = { type: 'logic', offset, operator: '||', left, right: this.and() };
    }
    this.depth -= 1;
    return left;
  }

  private and(): Node {
    let left = this.comparison();
    for (let offset = this.peek().offset; this.takeSymbol('&&') !== undefined; offset = this.peek().offset) {
      left = { type: 'logic', offset, operator: '&&', left, right: this.comparison() };
    }
    return left;
  }

  private comparison(): Node {
    const left = this.sum();
    const { offset } = this.peek();
    const operator = this.takeSymbol(...COMPARISONS);
    if (operator === undefined) return left;
    const start = this.peek().offset;
    const right = this.sum();
    const rightText = this.text.slice(start, this.peek().offset).trim();
    if (this.peek().type === 'symbol' && COMPARISONS.includes(this.peek().text)) {
      throw new ExpressionError(this.peek().offset, 'comparisons do not chain: write a < b && b < c');
    }
    return { type: 'comparison', offset, operator: operator as Comparison, left, right, rightText };
  }

  private sum(): Node {
    let left = this.product();
    for (;;) {
      const { offset } = this.peek();
      const operator = this.takeSymbol('+', '-') as Arithmetic | undefined;
      if (operator === undefined) return left;
      left = { type: 'arithmetic', offset, operator, left, right: this.product() };
    }
  }

  private product(): Node {
    let left = this.unary();
    for (let offset = this.peek().offset; this.takeSymbol('*') !== undefined; offset = this.peek().offset) {
      left = { type: 'arithmetic', offset, operator: '*', left, right: this.unary() };
    }
    return left;
  }

  private unary(): Node {
    const { offset } = this.peek();
    const operator = this.takeSymbol('!', '-');
    if (operator === undefined) return this.primary();
    this.depth += 1;
    if (this.depth > DEPTH_MAX)
      throw new ExpressionError(offset, `nested more than ${DEPTH_MAX} levels deep`);
    const operand = this.unary();
    this.depth -= 1;
    return { type: operator === '!' ? 'not' : 'negative', offset, operand };
  }

  private primary(): Node {
    const token = this.peek();
    const { offset } = token;
    switch (token.type) {
      case 'number':
      case 'duration':
        this.take();
        return { type: token.type, offset, value: token.value };
      case 'string':
        this.take();
        return { type: 'text', offset, value: token.text };
      case 'word':
        this.take();
        if (token.text === 'true' || token.text === 'false') {
          return { type: 'boolean', offset, value: token.text === 'true' };
        }
        return this.call(token);
      case 'reference':
        throw new ExpressionError(
          offset,
          `${token.text} is an object, not a value: ask something of it, as ready(${token.text})`,
        );
      default: {
        if (this.takeSymbol('(') === undefined) throw this.unexpected('a value');
        const inner = this.or();
        if (this.takeSymbol(')') === undefined) throw this.unexpected('an operator or )');
        return inner;
      }
    }
  }

  private call(name: Token): Node {
    if (this.takeSymbol('(') === undefined) throw this.unexpected(`( after ${name.text}`);
    const parts: Argument[] = [];
    let end = this.peek().offset + 1;
    if (this.takeSymbol(')') === undefined) {
      do {
        const token = this.peek();
        if (token.type !== 'word' && token.type !== 'reference' && token.type !== 'string') {
          throw this.unexpected('an object such as deployment/web, a word or a text in quotes');
        }
        this.take();
        parts.push({ type: token.type, offset: token.offset, text: token.text });
        end = this.peek().offset + 1;
      } while (this.takeSymbol(',') !== undefined);
      if (this.takeSymbol(')') === undefined) throw this.unexpected(', or )');
    }
    const text = this.text.slice(name.offset, end);
    return { type: 'call', offset: name.offset, name: name.text, arguments: parts, text };
  }
}

/** Throws an `ExpressionError`. */
export function parseExpression(text: string): Node {
  if (text.length > LENGTH_MAX) {
    throw new ExpressionError(0, `expected at most ${LENGTH_MAX} characters, got ${text.length}`);
  }
  return new Parser(text).whole();
}
