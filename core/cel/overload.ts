import {
  type Bindings,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  fits,
  formatType,
  INT,
  isDyn,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  type ScalarKind,
  STRING,
  substitute,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.ts';
import {
  CelMap,
  CelObject,
  Duration,
  isList,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/** What a function may use besides its arguments. */
export interface CallContext {
  /** Pay for work that grows with the arguments; one call costs one already. */
  readonly charge: (cost: number) => void;
}

/** One signature of a function, and what it does. */
export interface Overload {
  readonly name: string;
  readonly isMember: boolean;
  /** The receiver of a member comes first. */
  readonly params: readonly CelType[];
  readonly result: CelType;
  readonly call: (args: readonly Value[], context: CallContext) => Value;
}

/** A library: signatures such as `string.(string, int) list(A)`, by the name of their function. */
export type Library = readonly Overload[];

const SCALARS: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  duration: DURATION,
  dyn: DYN,
  int: INT,
  null: NULL,
  string: STRING,
  timestamp: TIMESTAMP,
  type: TYPE,
  uint: UINT,
};

/** Reads types as they are written in signatures; a capital letter alone is a parameter. */
class TypeReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isDone(): boolean {
    return this.at >= this.text.length;
  }

  skip(sign: string): boolean {
    while (this.text[this.at] === ' ') this.at += 1;
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  list(): CelType[] {
    const types: CelType[] = [];
    if (!this.skip('(')) throw new Error(`no parenthesis at ${this.at} of the signature "${this.text}"`);
    while (!this.skip(')')) {
      types.push(this.type());
      this.skip(',');
    }
    return types;
  }

  type(): CelType {
    while (this.text[this.at] === ' ') this.at += 1;
    const [word = ''] = /^[\w.]*\w/.exec(this.text.slice(this.at)) ?? [];
    if (word === '') throw new Error(`no type at ${this.at} of the signature "${this.text}"`);
    this.at += word.length;
    if (/^[A-Z]$/.test(word)) return { kind: 'param', name: word };
    const scalar = SCALARS[word];
    if (scalar !== undefined) return scalar;
    if (word !== 'list' && word !== 'map' && word !== 'optional') return opaque(word);
    const [first = DYN, second = DYN] = this.list();
    if (word === 'list') return listOf(first);
    return word === 'map' ? mapOf(first, second) : optionalOf(first);
  }
}

/** Declares one signature: `fn('find', 'string.(string) string', …)`, or `fn('size', '(string) int', …)`. */
export function fn(name: string, signature: string, call: Overload['call']): Overload {
  const reader = new TypeReader(signature);
  const receiver = signature.startsWith('(') ? undefined : reader.type();
  if (receiver !== undefined) reader.skip('.');
  const params = reader.list();
  return {
    name,
    isMember: receiver !== undefined,
    params: receiver === undefined ? params : [receiver, ...params],
    result: reader.type(),
    call,
  };
}

export interface Resolution {
  readonly candidates: readonly Overload[];
  readonly result: CelType;
}

/** The signatures that may be meant, by the types of arguments; `undefined` where none can. */
export function resolve(overloads: readonly Overload[], args: readonly CelType[]): Resolution | undefined {
  const candidates: Overload[] = [];
  let result: CelType | undefined;
  for (const overload of overloads) {
    if (overload.params.length !== args.length) continue;
    const bindings: Bindings = new Map();
    if (!overload.params.every((param, index) => fits(param, args[index] as CelType, bindings))) continue;
    candidates.push(overload);
    const one = substitute(overload.result, bindings);
    // cel-go: results that differ make it dynamic.
    result = result === undefined || formatType(result) === formatType(one) ? one : DYN;
  }
  return result === undefined ? undefined : { candidates, result };
}

/** Whether a value is of a type, without a look at what a list or a map holds. */
function isOfType(value: Value, type: CelType): boolean {
  if (isDyn(type) || type.kind === 'param') return true;
  if (type.kind === 'opaque') return value instanceof Opaque && value.type === type.name;
  if (type.kind === 'object') return value instanceof CelObject && value.type.name === type.name;
  if (type.kind === 'list') return isList(value);
  if (type.kind === 'map') return value instanceof CelMap;
  if (type.kind === 'optional') return value instanceof Optional;
  return isScalar(value, type.kind);
}

function isScalar(value: Value, kind: ScalarKind): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'type':
      return value instanceof TypeValue;
    default:
      return true;
  }
}

/** The first signature that values fit. */
export function dispatch(candidates: readonly Overload[], args: readonly Value[]): Overload | undefined {
  return candidates.find(({ params }) =>
    params.every((param, index) => isOfType(args[index] as Value, param)),
  );
}
