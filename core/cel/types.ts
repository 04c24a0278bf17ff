/**
 * Types of CEL (https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking): what a checker
 * knows of an expression before it runs. `dyn` is anything; `unbound` is what an empty list holds, and gives way.
 */
export type CelType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly element: CelType; readonly semantics?: ListSemantics }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'optional'; readonly of: CelType }
  | { readonly kind: 'param'; readonly name: string }
  /** A type of a library: a URL, a quantity. Values know their own name. */
  | { readonly kind: 'opaque'; readonly name: string }
  | ObjectType;

export type ScalarKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'int'
  | 'null'
  | 'string'
  | 'timestamp'
  | 'type'
  | 'uint'
  | 'unbound';

/** How a list of a custom resource compares: by position, as a set, or by the keys of its items. */
export type ListSemantics =
  | { readonly kind: 'set' }
  | { readonly kind: 'map'; readonly keys: readonly string[] };

export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** By the name that expressions use, which may be escaped. */
  readonly fields: ReadonlyMap<string, ObjectField>;
}

export interface ObjectField {
  /** The property in the data. */
  readonly property: string;
  readonly type: CelType;
}

export const BOOL: CelType = { kind: 'bool' };
export const BYTES: CelType = { kind: 'bytes' };
export const DOUBLE: CelType = { kind: 'double' };
export const DURATION: CelType = { kind: 'duration' };
export const DYN: CelType = { kind: 'dyn' };
export const INT: CelType = { kind: 'int' };
export const NULL: CelType = { kind: 'null' };
export const STRING: CelType = { kind: 'string' };
export const TIMESTAMP: CelType = { kind: 'timestamp' };
export const TYPE: CelType = { kind: 'type' };
export const UINT: CelType = { kind: 'uint' };
export const UNBOUND: CelType = { kind: 'unbound' };
export const MAP_STRING_DYN: CelType = { kind: 'map', key: STRING, value: DYN };

export function listOf(element: CelType, semantics?: ListSemantics): CelType {
  return { kind: 'list', element, ...(semantics === undefined ? {} : { semantics }) };
}

export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: 'map', key, value };
}

export function optionalOf(of: CelType): CelType {
  return { kind: 'optional', of };
}

export function opaque(name: string): CelType {
  return { kind: 'opaque', name };
}

/** An object of known fields; a field is a type, or one under another property of the data. */
export function objectOf(name: string, fields: Readonly<Record<string, CelType>>): ObjectType {
  const entries = Object.entries(fields).map(
    ([property, type]) => [property, { property, type }] as [string, ObjectField],
  );
  return { kind: 'object', name, fields: new Map(entries) };
}

/** As cel-go prints it in messages (`FormatCELType`). */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'optional':
      return `optional_type(${formatType(type.of)})`;
    case 'param':
    case 'opaque':
    case 'object':
      return type.name;
    case 'unbound':
      return 'dyn';
    default:
      return type.kind;
  }
}

export function isDyn(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'unbound';
}

/** What a parameter of a function's type stands for in one call. */
export type Bindings = Map<string, CelType>;

const NULLABLE: readonly string[] = ['object', 'timestamp', 'duration', 'opaque', 'optional'];

/** Whether a value of type `given` may stand where `wanted` is expected; parameters are bound on the way. */
export function fits(wanted: CelType, given: CelType, bindings: Bindings): boolean {
  if (wanted.kind === 'param') return bindParameter(wanted.name, given, bindings);
  if (isDyn(wanted) || isDyn(given)) return true;
  if (given.kind === 'null' && NULLABLE.includes(wanted.kind)) return true;
  if (wanted.kind === 'null' && NULLABLE.includes(given.kind)) return true;
  switch (wanted.kind) {
    case 'list':
      return given.kind === 'list' && fits(wanted.element, given.element, bindings);
    case 'map':
      return (
        given.kind === 'map' &&
        fits(wanted.key, given.key, bindings) &&
        fits(wanted.value, given.value, bindings)
      );
    case 'optional':
      return given.kind === 'optional' && fits(wanted.of, given.of, bindings);
    case 'opaque':
    case 'object':
      return given.kind === wanted.kind && given.name === wanted.name;
    default:
      return given.kind === wanted.kind;
  }
}

function bindParameter(name: string, given: CelType, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (bound === undefined || bound.kind === 'unbound') {
    bindings.set(name, given);
    return true;
  }
  if (!fits(bound, given, bindings)) return false;
  bindings.set(name, join(bound, given));
  return true;
}

/** The type that holds both; `dyn` where nothing closer does. */
export function join(a: CelType, b: CelType): CelType {
  if (a === b) return a;
  if (a.kind === 'unbound') return b;
  if (b.kind === 'unbound') return a;
  if (a.kind === 'null' && NULLABLE.includes(b.kind)) return b;
  if (b.kind === 'null' && NULLABLE.includes(a.kind)) return a;
  if (a.kind === 'list' && b.kind === 'list') {
    return listOf(join(a.element, b.element), a.semantics);
  }
  if (a.kind === 'map' && b.kind === 'map') return mapOf(join(a.key, b.key), join(a.value, b.value));
  if (a.kind === 'optional' && b.kind === 'optional') return optionalOf(join(a.of, b.of));
  return fits(a, b, new Map()) && !isDyn(a) && !isDyn(b) ? a : DYN;
}

/** A type with its parameters filled in; one that nothing was bound to stays open. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? UNBOUND;
    case 'list':
      return listOf(substitute(type.element, bindings), type.semantics);
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    case 'optional':
      return optionalOf(substitute(type.of, bindings));
    default:
      return type;
  }
}
