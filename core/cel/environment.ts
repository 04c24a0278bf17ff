import type { Library, Overload } from './overload.ts';
import type { CelType } from './types.ts';
import type { Value } from './value.ts';

/** Makes objects of a named type: `Object.spec{…}`. */
export interface ObjectMaker {
  readonly type: CelType;
  /** The type of a field, where there is one of that name. */
  readonly field: (name: string) => CelType | undefined;
  readonly make: (fields: readonly (readonly [string, Value])[]) => Value;
}

/** What expressions may speak of. */
export interface Environment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly typeNames: ReadonlyMap<string, string>;
  readonly functions: (name: string, isMember: boolean) => readonly Overload[] | undefined;
  readonly objects?: (name: string) => ObjectMaker | undefined;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map(
  [
    'bool',
    'bytes',
    'double',
    'google.protobuf.Duration',
    'google.protobuf.Timestamp',
    'int',
    'kubernetes.Quantity',
    'kubernetes.Semver',
    'kubernetes.URL',
    'list',
    'map',
    'net.CIDR',
    'net.IP',
    'null_type',
    'optional_type',
    'string',
    'type',
    'uint',
  ].map((name) => [name, name]),
);

type Functions = Environment['functions'];

/** Finds the signatures of a function, in all libraries at once. */
export function functionsOf(...libraries: readonly Library[]): Functions {
  const members = new Map<string, Overload[]>();
  const globals = new Map<string, Overload[]>();
  for (const overload of libraries.flat()) {
    const table = overload.isMember ? members : globals;
    const list = table.get(overload.name);
    if (list === undefined) table.set(overload.name, [overload]);
    else list.push(overload);
  }
  return (name, isMember) => (isMember ? members : globals).get(name);
}

export function environmentOf(
  functions: Functions,
  variables: Readonly<Record<string, CelType>>,
  objects?: Environment['objects'],
): Environment {
  return {
    functions,
    variables: new Map(Object.entries(variables)),
    typeNames: TYPE_NAMES,
    ...(objects === undefined ? {} : { objects }),
  };
}
