import { NUMBERS_TEXT } from './protobuf.generated.ts';
import { findStruct, type StructField } from './table.ts';

/**
 * Field numbers of the API's protobuf form. The generated text has a line per struct of the schema table:
 *
 *     Name;field:number;field:outer.number!;field:number*;…
 *
 * `outer.number` is a field of a struct that stands in a message of its own on the wire and is inlined in JSON; `*`
 * is a pointer in Go, which is written where it was set alone; `!` a field that JSON holds even when it is empty.
 */
export interface NumberedField {
  readonly field: StructField;
  readonly isPointer: boolean;
  /** A zero on the wire was meant. */
  readonly keepsZero: boolean;
}

/** What a number stands for: a field, or the fields of an inlined struct. */
export type Numbered =
  | { readonly own: NumberedField; readonly inlined?: undefined }
  | { readonly own?: undefined; readonly inlined: Map<number, Numbered> };

const lines = new Map(NUMBERS_TEXT.split('\n').map((line) => [line.slice(0, line.indexOf(';')), line]));
const parsed = new Map<string, ReadonlyMap<number, Numbered>>();

function place(
  into: Map<number, Numbered>,
  [first = 0, ...rest]: readonly number[],
  own: NumberedField,
): void {
  if (rest.length === 0) {
    into.set(first, { own });
    return;
  }
  const there = into.get(first);
  const inlined = there?.inlined ?? new Map<number, Numbered>();
  if (there === undefined) into.set(first, { inlined });
  place(inlined, rest, own);
}

/** The numbers of a struct's fields; `undefined` where it has no protobuf form that is known. */
export function numbersOf(struct: string): ReadonlyMap<number, Numbered> | undefined {
  const known = parsed.get(struct);
  const line = lines.get(struct);
  if (known !== undefined || line === undefined) return known;
  const fields = new Map(findStruct(struct)?.fields.map((field) => [field.name, field]));
  const numbers = new Map<number, Numbered>();
  for (const text of line.split(';').slice(1)) {
    const [, name = '', path = '', mark] = /^(.*):([\d.]+)([!*]?)$/.exec(text) ?? [];
    const field = fields.get(name);
    const own = { isPointer: mark === '*', keepsZero: mark !== '' };
    if (field !== undefined) place(numbers, path.split('.').map(Number), { field, ...own });
  }
  parsed.set(struct, numbers);
  return numbers;
}

const empties = new Map<string, Readonly<Record<string, unknown>>>();

function addEmpty(numbers: ReadonlyMap<number, Numbered>, into: Record<string, unknown>): void {
  for (const { own, inlined } of numbers.values()) {
    if (inlined !== undefined) addEmpty(inlined, into);
    else if (!own.isPointer) {
      const { name, type } = own.field;
      if (type.type === 'struct') into[name] = emptyOf(type.struct);
      else if (own.keepsZero && (type.type === 'list' || type.type === 'map')) into[name] = null;
    }
  }
}

/** What the JSON of an empty Go struct holds: the structs in it that are no pointers, and lists that it never leaves out. */
export function emptyOf(struct: string): Readonly<Record<string, unknown>> {
  const known = empties.get(struct);
  if (known !== undefined) return known;
  const empty: Record<string, unknown> = {};
  addEmpty(numbersOf(struct) ?? new Map<number, Numbered>(), empty);
  empties.set(struct, empty);
  return empty;
}
