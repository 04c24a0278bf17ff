import { findField } from './access.ts';
import { type Checking, noOverload, type Scope } from './checking.ts';
import { compare } from './equality.ts';
import { CelError, CostExceeded } from './error.ts';
import type { Expression } from './parse.ts';
import type { Frame, Run, Step } from './program.ts';
import { BOOL, type CelType, DYN, fits, formatType, INT, isDyn, listOf, mapOf, optionalOf } from './types.ts';
import { BuiltMap, CelMap, type Entry, isList, keyText, NONE, Optional, type Value } from './value.ts';

/** Macros (cel-spec "Macros", cel-go `ext.TwoVarComprehensions`, `cel.OptionalTypes`): what runs an argument several times, or none. */
type Call = Extract<Expression, { op: 'call' }>;

/** Each turn of a loop costs this, besides what it does (cel-go counts the loop's condition and its step). */
const TURN_COST = 3;

const NAME_WANTED = 'argument must be a simple name';

function nameOf(compiler: Checking, expression: Expression): string {
  if (expression.op === 'name') return expression.name;
  compiler.fail(expression.at, NAME_WANTED);
  return '';
}

function within(name: string, type: CelType, outer: Scope | undefined): Scope {
  return { name, type, place: (outer?.place ?? -1) + 1, outer };
}

/** The items that one variable takes, or the pairs that two take. */
interface Range {
  readonly run: Run;
  readonly first: CelType;
  readonly second: CelType;
}

function rangeOf(compiler: Checking, target: Expression, hasTwo: boolean, scope: Scope | undefined): Range {
  const { type, run } = compiler.compile(target, scope);
  if (type.kind === 'list')
    return hasTwo ? { run, first: INT, second: type.element } : { run, first: type.element, second: DYN };
  if (type.kind === 'map') return { run, first: type.key, second: type.value };
  if (!isDyn(type)) {
    const text = `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    compiler.fail(target.at, text);
  }
  return { run, first: DYN, second: DYN };
}

function items(range: Value): readonly Value[] {
  if (isList(range)) return range;
  if (range instanceof CelMap) return range.entries().map(({ key }) => key);
  throw new CelError('no such overload');
}

function pairs(range: Value): readonly Entry[] {
  if (isList(range)) return range.map((value, index) => ({ key: BigInt(index), value }));
  if (range instanceof CelMap) return range.entries();
  throw new CelError('no such overload');
}

/** Runs `turn` for each item, with the macro's variables set, until it says stop. */
type Loop = (frame: Frame, turn: (frame: Frame) => boolean) => void;

interface Body {
  readonly scope: Scope;
  readonly loop: Loop;
  readonly first: CelType;
}

function bodyOf(
  compiler: Checking,
  target: Expression,
  names: readonly Expression[],
  scope: Scope | undefined,
): Body {
  const range = rangeOf(compiler, target, names.length === 2, scope);
  const [first, second] = names.map((name) => nameOf(compiler, name));
  const outer = within(first ?? '', range.first, scope);
  if (second === undefined) {
    return {
      scope: outer,
      first: range.first,
      loop: (frame, turn) => {
        for (const item of items(range.run(frame))) {
          frame.charge(TURN_COST);
          frame.locals[outer.place] = item;
          if (!turn(frame)) return;
        }
      },
    };
  }
  const inner = within(second, range.second, outer);
  return {
    scope: inner,
    first: range.first,
    loop: (frame, turn) => {
      for (const { key, value } of pairs(range.run(frame))) {
        frame.charge(TURN_COST);
        frame.locals[outer.place] = key;
        frame.locals[inner.place] = value;
        if (!turn(frame)) return;
      }
    },
  };
}

/** A predicate has to be a bool; cel-go finds out at the operator that takes it. */
function predicate(
  compiler: Checking,
  expression: Expression,
  scope: Scope,
  operator: string,
  at: number,
): Run {
  const { type, run } = compiler.compile(expression, scope);
  if (!fits(BOOL, type, new Map())) {
    const types = operator === '_?_:_' ? [type, DYN, DYN] : [BOOL, type];
    compiler.fail(at, noOverload(operator, types, false));
  }
  return run;
}

function isTrue(value: Value): boolean {
  if (typeof value !== 'boolean') throw new CelError('no such overload');
  return value;
}

/** `all` and `exists`: an item that decides outweighs errors of others. */
function quantifier(body: Body, test: Run, decides: boolean): Step {
  return {
    type: BOOL,
    run: (frame) => {
      let failure: CelError | undefined;
      let isDecided = false;
      body.loop(frame, (inner) => {
        try {
          isDecided = isTrue(test(inner)) === decides;
        } catch (error) {
          if (!(error instanceof CelError) || error instanceof CostExceeded) throw error;
          failure ??= error;
        }
        return !isDecided;
      });
      if (isDecided) return decides;
      if (failure !== undefined) throw failure;
      return !decides;
    },
  };
}

function existsOne(body: Body, test: Run): Step {
  return {
    type: BOOL,
    run: (frame) => {
      let count = 0;
      body.loop(frame, (inner) => {
        if (isTrue(test(inner))) count += 1;
        return true;
      });
      return count === 1;
    },
  };
}

function gathered(body: Body, test: Run | undefined, transform: Step): Step {
  return {
    type: listOf(transform.type),
    run: (frame) => {
      const made: Value[] = [];
      body.loop(frame, (inner) => {
        if (test === undefined || isTrue(test(inner))) made.push(transform.run(inner));
        return true;
      });
      return made;
    },
  };
}

function mapped(body: Body, test: Run | undefined, transform: Step, isEntry: boolean): Step {
  const [key, value] =
    isEntry && transform.type.kind === 'map' ? [transform.type.key, transform.type.value] : [DYN, DYN];
  const place = body.scope.outer?.place ?? 0;
  return {
    type: isEntry ? mapOf(key, value) : mapOf(body.first, transform.type),
    run: (frame) => {
      const made = new Map<string, Entry>();
      const put = (entry: Entry): void => {
        const text = keyText(entry.key);
        if (text === undefined) throw new CelError('unsupported key type');
        if (isEntry && made.has(text))
          throw new CelError(`insert failed: key ${text.slice(1)} already exists`);
        made.set(text, entry);
      };
      body.loop(frame, (inner) => {
        if (test !== undefined && !isTrue(test(inner))) return true;
        const key = inner.locals[place] as Value;
        const result = transform.run(inner);
        if (!isEntry) put({ key, value: result });
        else if (result instanceof CelMap) for (const entry of result.entries()) put(entry);
        else throw new CelError('no such overload');
        return true;
      });
      return new BuiltMap(made);
    },
  };
}

function has(compiler: Checking, { args, at }: Call, scope: Scope | undefined): Step {
  const [field] = args;
  if (field?.op !== 'select' || field.isOptional) {
    return compiler.fail(at, 'invalid argument to has() macro');
  }
  const target = compiler.compile(field.target, scope);
  const inner = target.type.kind === 'optional' ? target.type.of : target.type;
  compiler.fieldType(inner, field.field, at);
  return {
    type: BOOL,
    run: (frame) => {
      frame.charge(1);
      return findField(target.run(frame), field.field) !== undefined;
    },
  };
}

/** `x.optMap(v, …)` runs where there is a value. */
function optMap(compiler: Checking, { target, args, name }: Call, scope: Scope | undefined): Step {
  const [variable, body] = args as [Expression, Expression];
  const optional = compiler.compile(target as Expression, scope);
  if (optional.type.kind !== 'optional' && !isDyn(optional.type)) {
    return compiler.fail((target as Expression).at, noOverload('hasValue', [optional.type], true));
  }
  const of = optional.type.kind === 'optional' ? optional.type.of : DYN;
  const inner = within(nameOf(compiler, variable), of, scope);
  const { type, run } = compiler.compile(body, inner);
  const isFlat = name === 'optFlatMap';
  return {
    type: isFlat ? type : optionalOf(type),
    run: (frame) => {
      const value = optional.run(frame);
      if (!(value instanceof Optional)) throw new CelError('no such overload');
      if (value.value === undefined) return NONE;
      frame.locals[inner.place] = value.value;
      const result = run(frame);
      if (!isFlat) return new Optional(result);
      if (!(result instanceof Optional)) throw new CelError('no such overload');
      return result;
    },
  };
}

function sortBy(compiler: Checking, { target, args }: Call, scope: Scope | undefined): Step {
  const [variable, key] = args as [Expression, Expression];
  const range = rangeOf(compiler, target as Expression, false, scope);
  const inner = within(nameOf(compiler, variable), range.first, scope);
  const { run } = compiler.compile(key, inner);
  return {
    type: listOf(range.first),
    run: (frame) => {
      const keyed = items(range.run(frame)).map((item) => {
        frame.charge(TURN_COST * 2);
        frame.locals[inner.place] = item;
        return { item, key: run(frame) };
      });
      return keyed
        .sort((a, b) => {
          const order = compare(a.key, b.key);
          if (order === undefined) throw new CelError('no such overload');
          return order;
        })
        .map(({ item }) => item);
    },
  };
}

/** How many variables and other arguments a macro takes. */
const LOOPS: Readonly<Record<string, readonly string[]>> = {
  all: ['1+1', '2+1'],
  exists: ['1+1', '2+1'],
  exists_one: ['1+1', '2+1'],
  existsOne: ['1+1', '2+1'],
  filter: ['1+1'],
  map: ['1+1', '1+2'],
  transformList: ['2+1', '2+2'],
  transformMap: ['2+1', '2+2'],
  transformMapEntry: ['2+1', '2+2'],
};

function loopMacro(compiler: Checking, call: Call, variables: number, scope: Scope | undefined): Step {
  const { name, args, at } = call;
  const body = bodyOf(compiler, call.target as Expression, args.slice(0, variables), scope);
  const rest = args.slice(variables);
  const last = rest.at(-1) as Expression;
  const test =
    rest.length === 2 ? predicate(compiler, rest[0] as Expression, body.scope, '_?_:_', at) : undefined;
  switch (name) {
    case 'all':
      return quantifier(body, predicate(compiler, last, body.scope, '_&&_', at), false);
    case 'exists':
      return quantifier(body, predicate(compiler, last, body.scope, '_||_', at), true);
    case 'exists_one':
    case 'existsOne':
      return existsOne(body, predicate(compiler, last, body.scope, '_?_:_', at));
    case 'filter': {
      const { place, type } = body.scope;
      const kept = { type, run: (frame: Frame) => frame.locals[place] as Value };
      return gathered(body, predicate(compiler, last, body.scope, '_?_:_', at), kept);
    }
    case 'map':
    case 'transformList':
      return gathered(body, test, compiler.compile(last, body.scope));
    default:
      return mapped(body, test, compiler.compile(last, body.scope), name === 'transformMapEntry');
  }
}

/** `undefined` where the call is none of a macro. */
export function expandMacro(compiler: Checking, call: Call, scope: Scope | undefined): Step | undefined {
  const { name, target, args } = call;
  if (target === undefined)
    return name === 'has' && args.length === 1 ? has(compiler, call, scope) : undefined;
  if (args.length === 2 && (name === 'optMap' || name === 'optFlatMap')) return optMap(compiler, call, scope);
  if (args.length === 2 && name === 'sortBy') return sortBy(compiler, call, scope);
  const shapes = Object.hasOwn(LOOPS, name) ? LOOPS[name] : undefined;
  if (shapes === undefined) return undefined;
  for (const shape of shapes) {
    const [variables = 0, others = 0] = shape.split('+').map(Number);
    if (variables + others !== args.length) continue;
    return loopMacro(compiler, call, variables, scope);
  }
  return undefined;
}
