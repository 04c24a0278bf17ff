import { fieldOf, indexed, optionalField } from './access.ts';
import { type Checking, noOverload, type Scope } from './checking.ts';
import type { Environment } from './environment.ts';
import { CelError, CostExceeded, type Issue } from './error.ts';
import { expandMacro } from './macros.ts';
import { dispatch, type Overload, resolve } from './overload.ts';
import type { Constant, Expression } from './parse.ts';
import type { Run, Step } from './program.ts';
import { NEW_OBJECT } from './struct-literal.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  fits,
  formatType,
  INT,
  isDyn,
  join,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  TYPE,
  UINT,
  UNBOUND,
} from './types.ts';
import { BuiltMap, type Entry, keyText, TypeValue, Uint, type Value } from './value.ts';

/** What making a list, a map, an object costs (cel-go `common/cost`). */
const LIST_COST = 10;
const MAP_COST = 30;

const NOTHING: Step = { type: DYN, run: () => null };

/** Checks an expression against the types of its environment, and makes it a function in the same pass. */
export class Compiler implements Checking {
  readonly issues: Issue[] = [];
  /** Variables of the environment that the expression speaks of. */
  readonly names = new Set<string>();
  readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** An issue counts, and the rest is checked as if this part could be anything. */
  fail(offset: number, text: string): Step {
    this.issues.push({ offset, text });
    return NOTHING;
  }

  compile(expression: Expression, scope: Scope | undefined): Step {
    switch (expression.op) {
      case 'constant':
        return constantStep(expression.value);
      case 'name':
        return (
          this.named(expression.name, scope) ??
          this.fail(expression.at, `undeclared reference to '${expression.name}' (in container '')`)
        );
      case 'select':
        return this.select(expression, scope);
      case 'list':
        return this.list(expression.items, scope);
      case 'map':
        return this.map(expression, scope);
      case 'call':
        return this.call(expression, scope);
    }
  }

  private local(name: string, scope: Scope | undefined): Step | undefined {
    for (let at = scope; at !== undefined; at = at.outer) {
      if (at.name !== name) continue;
      const { place, type } = at;
      return {
        type,
        run: (frame) => {
          frame.charge(1);
          return frame.locals[place] as Value;
        },
      };
    }
    return undefined;
  }

  private named(name: string, scope: Scope | undefined): Step | undefined {
    const local = this.local(name, scope);
    if (local !== undefined) return local;
    const type = this.environment.variables.get(name);
    if (type !== undefined) {
      this.names.add(name);
      return {
        type,
        run: (frame) => {
          frame.charge(1);
          return frame.variable(name);
        },
      };
    }
    const typeNamed = this.environment.typeNames.get(name);
    if (typeNamed === undefined) return undefined;
    const value = new TypeValue(typeNamed);
    return { type: TYPE, run: () => value };
  }

  /** `a.b.c` as one name, where nothing but names is in it and no macro's variable begins it. */
  qualified(expression: Expression, scope: Scope | undefined): string | undefined {
    if (expression.op === 'name') {
      return this.local(expression.name, scope) === undefined ? expression.name : undefined;
    }
    if (expression.op !== 'select' || expression.isOptional) return undefined;
    const before = this.qualified(expression.target, scope);
    return before === undefined ? undefined : `${before}.${expression.field}`;
  }

  private select(expression: Extract<Expression, { op: 'select' }>, scope: Scope | undefined): Step {
    const path = this.qualified(expression, scope);
    const found = path === undefined ? undefined : this.named(path, undefined);
    if (found !== undefined) return found;
    const target = this.compile(expression.target, scope);
    const { field, isOptional, at } = expression;
    const isViral = target.type.kind === 'optional';
    const inner = target.type.kind === 'optional' ? target.type.of : target.type;
    const type = this.fieldType(inner, field, at);
    const { run } = target;
    if (isViral || isOptional) {
      return {
        type: optionalOf(type),
        run: (frame) => {
          frame.charge(1);
          return optionalField(run(frame), field);
        },
      };
    }
    return {
      type,
      run: (frame) => {
        frame.charge(1);
        return fieldOf(run(frame), field);
      },
    };
  }

  /** The type of a field; what has none is an issue. */
  fieldType(type: CelType, field: string, at: number): CelType {
    if (isDyn(type)) return DYN;
    if (type.kind === 'map') return type.value;
    if (type.kind === 'optional') return this.fieldType(type.of, field, at);
    if (type.kind === 'object') {
      const found = type.fields.get(field);
      if (found !== undefined) return found.type;
      this.fail(at, `undefined field '${field}'`);
      return DYN;
    }
    this.fail(at, `type '${formatType(type)}' does not support field selection`);
    return DYN;
  }

  private list(items: readonly Expression[], scope: Scope | undefined): Step {
    const steps = items.map((item) => this.compile(item, scope));
    const element = this.sameType(steps, items);
    const runs = steps.map(({ run }) => run);
    return {
      type: listOf(element),
      run: (frame) => {
        frame.charge(LIST_COST);
        return runs.map((run) => run(frame));
      },
    };
  }

  /** Literals hold one type (Kubernetes' `cel.HomogeneousAggregateLiterals`). */
  private sameType(steps: readonly Step[], parts: readonly Expression[]): CelType {
    let type: CelType = UNBOUND;
    for (const [index, step] of steps.entries()) {
      if (index === 0 || isDyn(type) || isDyn(step.type))
        type = index === 0 ? step.type : join(type, step.type);
      else if (fits(type, step.type, new Map())) type = join(type, step.type);
      else {
        const text = `expected type '${formatType(type)}' but found '${formatType(step.type)}'`;
        this.fail((parts[index] as Expression).at, text);
        return DYN;
      }
    }
    return type;
  }

  private map({ entries }: Extract<Expression, { op: 'map' }>, scope: Scope | undefined): Step {
    const pairs = entries.map(
      ([key, value]) => [this.compile(key, scope), this.compile(value, scope)] as const,
    );
    const key = this.sameType(
      pairs.map(([one]) => one),
      entries.map(([one]) => one),
    );
    const value = this.sameType(
      pairs.map(([, one]) => one),
      entries.map(([, one]) => one),
    );
    return {
      type: mapOf(key, value),
      run: (frame) => {
        frame.charge(MAP_COST);
        const made = new Map<string, Entry>();
        for (const [keyStep, valueStep] of pairs) {
          const entry = { key: keyStep.run(frame), value: valueStep.run(frame) };
          const text = keyText(entry.key);
          if (text === undefined) throw new CelError('unsupported key type');
          if (made.has(text)) throw new CelError(`duplicate key in map: ${text.slice(1)}`);
          made.set(text, entry);
        }
        return new BuiltMap(made);
      },
    };
  }

  private call(expression: Extract<Expression, { op: 'call' }>, scope: Scope | undefined): Step {
    const { name, target, args, at } = expression;
    if (target === undefined) {
      const special = this.operator(expression, scope);
      if (special !== undefined) return special;
    }
    const expanded = expandMacro(this, expression, scope);
    if (expanded !== undefined) return expanded;
    if (target !== undefined && name === NEW_OBJECT) return this.construct(target, args, scope);
    const path = target === undefined ? undefined : this.qualified(target, scope);
    const global = path === undefined ? undefined : this.environment.functions(`${path}.${name}`, false);
    if (global !== undefined) return this.invoke(`${path}.${name}`, global, args, false, at, scope);
    const overloads = this.environment.functions(name, target !== undefined);
    if (overloads === undefined) {
      for (const part of target === undefined ? args : [target, ...args]) this.compile(part, scope);
      return this.fail(at, `undeclared reference to '${name}' (in container '')`);
    }
    return target === undefined
      ? this.invoke(name, overloads, args, false, at, scope)
      : this.invoke(name, overloads, [target, ...args], true, at, scope);
  }

  private invoke(
    name: string,
    overloads: readonly Overload[],
    args: readonly Expression[],
    isMember: boolean,
    at: number,
    scope: Scope | undefined,
  ): Step {
    const steps = args.map((arg) => this.compile(arg, scope));
    const types = steps.map(({ type }) => type);
    const resolution = resolve(overloads, types);
    if (resolution === undefined) return this.fail(at, noOverload(name, types, isMember));
    const runs = steps.map(({ run }) => run);
    const { candidates, result } = resolution;
    return {
      type: result,
      run: (frame) => {
        const values = runs.map((run) => run(frame));
        frame.charge(1);
        const overload = dispatch(candidates, values);
        if (overload === undefined) throw new CelError('no such overload');
        return overload.call(values, frame);
      },
    };
  }

  /** What is no function of values: it may leave an argument alone. */
  private operator(
    { name, args, at }: Extract<Expression, { op: 'call' }>,
    scope: Scope | undefined,
  ): Step | undefined {
    const [first, second, third] = args;
    if (first === undefined) return undefined;
    if ((name === '_||_' || name === '_&&_') && second !== undefined)
      return this.logical(name, first, second, at, scope);
    if (name === '_?_:_' && second !== undefined && third !== undefined) {
      return this.conditional(first, second, third, at, scope);
    }
    if ((name === '_[_]' || name === '_[?_]') && second !== undefined) {
      return this.index(name, first, second, at, scope);
    }
    return undefined;
  }

  private index(
    name: string,
    target: Expression,
    key: Expression,
    at: number,
    scope: Scope | undefined,
  ): Step {
    const left = this.compile(target, scope);
    const right = this.compile(key, scope);
    const inner = left.type.kind === 'optional' ? left.type.of : left.type;
    const overloads = this.environment.functions('_[_]', false) ?? [];
    const resolution = resolve(overloads, [inner, right.type]);
    // A number of any type is an index of a list, where it is not known before.
    if (resolution === undefined) return this.fail(at, noOverload(name, [left.type, right.type], false));
    const isOptional = name === '_[?_]' || left.type.kind === 'optional';
    return {
      type: isOptional ? optionalOf(resolution.result) : resolution.result,
      run: (frame) => {
        const values = [left.run(frame), right.run(frame)] as const;
        frame.charge(1);
        return indexed(values[0], values[1], name === '_[?_]');
      },
    };
  }

  private logical(
    name: '_||_' | '_&&_',
    left: Expression,
    right: Expression,
    at: number,
    scope: Scope | undefined,
  ): Step {
    const a = this.compile(left, scope);
    const b = this.compile(right, scope);
    const known = new Map();
    if (!fits(BOOL, a.type, known) || !fits(BOOL, b.type, known)) {
      return this.fail(at, noOverload(name, [a.type, b.type], false));
    }
    return { type: BOOL, run: shortCircuit(a.run, b.run, name === '_||_') };
  }

  private conditional(
    test: Expression,
    yes: Expression,
    no: Expression,
    at: number,
    scope: Scope | undefined,
  ): Step {
    const condition = this.compile(test, scope);
    const a = this.compile(yes, scope);
    const b = this.compile(no, scope);
    const isSame = fits(a.type, b.type, new Map()) || fits(b.type, a.type, new Map());
    if (!fits(BOOL, condition.type, new Map()) || !isSame) {
      return this.fail(at, noOverload('_?_:_', [condition.type, a.type, b.type], false));
    }
    return {
      type: join(a.type, b.type),
      run: (frame) => {
        const value = condition.run(frame);
        if (typeof value !== 'boolean') throw new CelError('no such overload');
        return value ? a.run(frame) : b.run(frame);
      },
    };
  }

  private construct(target: Expression, args: readonly Expression[], scope: Scope | undefined): Step {
    const [literal] = args;
    const name = this.qualified(target, scope);
    const maker = name === undefined ? undefined : this.environment.objects?.(name);
    if (maker === undefined || literal?.op !== 'map') {
      return this.fail(target.at, `undeclared reference to '${name ?? ''}' (in container '')`);
    }
    const fields = literal.entries.map(([key, value]) => {
      const field = key.op === 'name' ? key.name : '';
      const step = this.compile(value, scope);
      const wanted = maker.field(field);
      if (wanted === undefined) this.fail(key.at, `undefined field '${field}'`);
      else if (!fits(wanted, step.type, new Map())) {
        const text = `expected type of field '${field}' is '${formatType(wanted)}' but provided type is '${formatType(step.type)}'`;
        this.fail(key.at, text);
      }
      return [field, step.run] as const;
    });
    return {
      type: maker.type,
      run: (frame) => {
        frame.charge(MAP_COST + LIST_COST);
        return maker.make(fields.map(([field, run]) => [field, run(frame)] as const));
      },
    };
  }
}

function constantStep(constant: Constant): Step {
  switch (constant.kind) {
    case 'null':
      return { type: NULL, run: () => null };
    case 'uint': {
      const value = new Uint(constant.value);
      return { type: UINT, run: () => value };
    }
    default: {
      const { value } = constant;
      return { type: CONSTANT_TYPE[constant.kind], run: () => value };
    }
  }
}

const CONSTANT_TYPE = { bool: BOOL, int: INT, double: DOUBLE, string: STRING, bytes: BYTES } as const;

/** `true || error` is true, whichever side has it (cel-spec "Logical operators"). */
function shortCircuit(left: Run, right: Run, decides: boolean): Run {
  return (frame) => {
    let failure: CelError | undefined;
    try {
      const value = left(frame);
      if (value === decides) return decides;
      if (typeof value !== 'boolean') failure = new CelError('no such overload');
    } catch (error) {
      if (!(error instanceof CelError) || error instanceof CostExceeded) throw error;
      failure = error;
    }
    const value = right(frame);
    if (value === decides) return decides;
    if (failure !== undefined) throw failure;
    if (typeof value !== 'boolean') throw new CelError('no such overload');
    return !decides;
  };
}
