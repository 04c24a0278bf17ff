import { KINDS_TEXT, STRUCTS_TEXT } from './table.generated.ts';

/**
 * The structure of the API, parsed struct by struct when one is first asked for. The generated text has a line
 * per struct:
 *
 *     TypeScriptName=GoName;version;field!:type;field:type;…
 *
 * with `=GoName` only where it is another one, `!` after the name of a required field, and a type of
 *
 *     s string   b boolean   i int32   l int64   d double   x base64   t time   u time with microseconds
 *     q quantity   p int or string   r any object   a any JSON   =A,B string, one of these   #Name struct
 *     [T list   {T map of strings to T   ?b#Name ?l#Name ?s#Name boolean, list of them or strings instead of it
 */
export type FieldType =
  | { readonly type: ScalarType }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'struct'; readonly struct: string }
  | { readonly type: 'list' | 'map'; readonly of: FieldType }
  | { readonly type: 'structOr'; readonly struct: string; readonly or: 'boolean' | 'list' | 'strings' };

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'quantity'
  | 'intOrString'
  | 'rawObject'
  | 'any';

export interface StructField {
  readonly name: string;
  /** Whether the API's document lists it as required; decoding doesn't ask, validation does. */
  readonly required: boolean;
  readonly type: FieldType;
}

export interface Struct {
  readonly name: string;
  /** As Kubernetes' messages call it. */
  readonly goName: string;
  /** Version of the group that it belongs to: the package in a Go type's name. */
  readonly version: string;
  /** In the order in which decoded objects have them. */
  readonly fields: readonly StructField[];
}

const SCALARS: Readonly<Record<string, ScalarType>> = {
  s: 'string',
  b: 'boolean',
  i: 'int32',
  l: 'int64',
  d: 'double',
  x: 'bytes',
  t: 'time',
  u: 'microTime',
  q: 'quantity',
  p: 'intOrString',
  r: 'rawObject',
  a: 'any',
};

const ALTERNATIVES = { b: 'boolean', l: 'list', s: 'strings' } as const;

function parseType(code: string): FieldType {
  const rest = code.slice(1);
  switch (code[0]) {
    case '[':
      return { type: 'list', of: parseType(rest) };
    case '{':
      return { type: 'map', of: parseType(rest) };
    case '#':
      return { type: 'struct', struct: rest };
    case '=':
      return { type: 'enum', values: rest.split(',') };
    case '?':
      return { type: 'structOr', or: ALTERNATIVES[code[1] as 'b' | 'l' | 's'], struct: code.slice(3) };
    default: {
      const type = SCALARS[code];
      if (type === undefined)
        throw new Error(`the schema table has the type "${code}", which has no meaning`);
      return { type };
    }
  }
}

function parseStruct(line: string): Struct {
  const [names = '', version = '', ...fields] = line.split(';');
  const [name = '', goName = name] = names.split('=');
  return {
    name,
    goName,
    version,
    fields: fields
      .filter((field) => field !== '')
      .map((field) => {
        const colon = field.indexOf(':');
        const required = field[colon - 1] === '!';
        return {
          name: field.slice(0, required ? colon - 1 : colon),
          required,
          type: parseType(field.slice(colon + 1)),
        };
      }),
  };
}

/** Lines of text are turned into structs in place, on first use. */
const structs = new Map<string, Struct | string>();
for (const line of STRUCTS_TEXT.split('\n')) {
  const end = line.indexOf(';');
  const equals = line.indexOf('=');
  structs.set(line.slice(0, equals > 0 && equals < end ? equals : end), line);
}

/** The name of a kind's struct, by `apiVersion/kind`. */
const structOfKind = new Map<string, string>();
for (const line of KINDS_TEXT.split('\n')) {
  const equals = line.indexOf('=');
  const key = equals < 0 ? line : line.slice(0, equals);
  structOfKind.set(key, equals < 0 ? line.slice(line.lastIndexOf('/') + 1) : line.slice(equals + 1));
}

/** A struct by its name in types.generated.ts, or `undefined` where there is none. */
export function findStruct(name: string): Struct | undefined {
  const found = structs.get(name);
  if (typeof found !== 'string') return found;
  const struct = parseStruct(found);
  structs.set(name, struct);
  return struct;
}

/** A struct that must be there. */
export function structNamed(name: string): Struct {
  const struct = findStruct(name);
  if (struct === undefined) throw new Error(`the schema table has no struct "${name}"`);
  return struct;
}

/** The name of the struct of a built-in kind: `structNameOf('apps/v1', 'Deployment')`; `undefined` for others. */
export function structNameOf(apiVersion: string, kind: string): string | undefined {
  return structOfKind.get(`${apiVersion}/${kind}`);
}

/** Every kind of the table as `[apiVersion, kind]`, in order of `apiVersion/kind`. */
export function kindsOfTable(): readonly (readonly [apiVersion: string, kind: string])[] {
  return [...structOfKind.keys()].map((key) => {
    const slash = key.lastIndexOf('/');
    return [key.slice(0, slash), key.slice(slash + 1)] as const;
  });
}
