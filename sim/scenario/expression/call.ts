import type { KubeObject } from '../../../core/api/object.ts';
import type { Kind } from '../../../core/kinds/kind.ts';
import { compileRequirements, type Matcher } from '../../../core/labels.ts';
import { parseSelector } from '../../../core/selector-text.ts';
import type { View } from '../../../core/store/view.ts';
import type { Micros } from '../../../core/time.ts';
import { shown } from '../problem.ts';
import { kindByWord, parseName, unknownResource } from '../resource-name.ts';
import type { Argument } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import type { SeriesValues } from './series-values.ts';

export type Type = 'number' | 'duration' | 'text' | 'boolean';

/** `undefined`: unknown, because the object that was asked about is not there. */
export type Value = number | string | boolean | undefined;

/** Objects whose changes can change a value: one of them, those of a namespace, or all of a kind. */
export interface Dependency {
  readonly kind: Kind;
  readonly namespace?: string;
  /** As in the store: `namespace/name`, or `name`. */
  readonly key?: string;
}

/** A call, ready to be asked. */
export interface Call {
  readonly evaluate: (view: View, now: Micros, series: SeriesValues) => Value;
  readonly dependencies: readonly Dependency[];
  /** Series whose samples change the value. */
  readonly series?: readonly string[];
  /** The value changes with the clock alone. */
  readonly followsTime?: boolean;
}

/** A function of the language. Its documentation is made of this too. */
export interface ExpressionFunction {
  readonly name: string;
  /** `available(workload)`. */
  readonly signature: string;
  readonly about: string;
  readonly returns: Type;
  readonly call: (call: CallArguments) => Call;
}

/** The argument of a call as an object in the store. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly dependency: Dependency;
  readonly get: (view: View) => LooseObject | undefined;
}

/** Some objects of a kind. */
export interface Selection {
  readonly list: (view: View) => readonly LooseObject[];
  readonly dependency: Dependency;
}

/** An object whose kind is known only when an expression is read: what is asked of it is looked at, not assumed. */
export type LooseObject = KubeObject & {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
};

/** Reads the arguments of one call, one after the other, and says what is wrong with them. */
export class CallArguments {
  private readonly signature: string;
  private readonly given: readonly Argument[];
  private readonly offset: number;
  private position = 0;

  constructor(signature: string, given: readonly Argument[], offset: number) {
    this.signature = signature;
    this.given = given;
    this.offset = offset;
  }

  /** The next is an object, of one of these kinds where any are named. */
  target(allowed?: readonly string[]): Target {
    const argument = this.required('an object such as deployment/web');
    if (argument.type === 'string') throw this.error(argument, 'write the object without quotes');
    if (argument.type === 'word') {
      throw this.error(argument, `expected an object such as deployment/web, got ${argument.text}`);
    }
    const parsed = parseName(argument.text);
    if ('error' in parsed) throw this.error(argument, parsed.error);
    const { kind, namespace, name } = parsed;
    if (allowed !== undefined && !allowed.includes(kind.resource)) {
      throw this.error(
        argument,
        `${this.signature} can be asked of ${allowed.join(', ')}, not of ${kind.plural}`,
      );
    }
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    return {
      kind,
      namespace,
      name,
      dependency: { kind, key },
      get: (view) => view.get(kind, namespace, name) as LooseObject | undefined,
    };
  }

  /** The next is a word for a kind: `pods`, `deployments.apps`. */
  kind(): Kind {
    const argument = this.required('a kind such as pods');
    const kind = kindByWord(argument.text);
    if (kind === undefined) throw this.error(argument, unknownResource(argument.text));
    return kind;
  }

  word(what: string): string {
    return this.required(what).text;
  }

  /** One of these words. */
  oneOf(words: readonly string[]): string {
    const argument = this.required(`one of ${words.join(', ')}`);
    if (words.includes(argument.text)) return argument.text;
    throw this.error(argument, `expected one of ${words.join(', ')}, got ${argument.text}`);
  }

  /** What is left: a selector and a namespace, both optional. */
  selection(kind: Kind): Selection {
    const matches = this.selector();
    const namespace = this.optional()?.text;
    return {
      list: (view) => {
        const all = view.list(kind, namespace) as readonly LooseObject[];
        return matches === undefined ? all : all.filter((object) => matches(object.metadata.labels));
      },
      dependency: namespace === undefined ? { kind } : { kind, namespace },
    };
  }

  end(): void {
    const extra = this.optional();
    if (extra !== undefined) throw this.error(extra, `${this.signature} takes no more arguments`);
  }

  private selector(): Matcher | undefined {
    const argument = this.optional();
    if (argument === undefined) return undefined;
    if (argument.type !== 'string') {
      throw this.error(argument, `expected labels in quotes such as "app=web", got ${argument.text}`);
    }
    if (argument.text === '') return undefined;
    const parsed = parseSelector(argument.text);
    if (!parsed.ok)
      throw this.error(argument, `${shown(argument.text)} is no label selector: ${parsed.error}`);
    return compileRequirements(parsed.requirements);
  }

  private optional(): Argument | undefined {
    const argument = this.given[this.position];
    this.position += 1;
    return argument;
  }

  private required(what: string): Argument {
    const argument = this.optional();
    if (argument === undefined)
      throw new ExpressionError(this.offset, `${this.signature} is missing ${what}`);
    return argument;
  }

  private error(argument: Argument, message: string): ExpressionError {
    return new ExpressionError(argument.offset, message);
  }
}
