import { NUMBERS_TEXT } from './protobuf.generated.ts';
import { findStruct, type StructField } from './table.ts';

/**
 * Field numbers of the API's protobuf form. The generated text has a line per struct of the schema table:
 *
 *     Name;field:number;field:outer.number!;…
 *
 * `outer.number` is a field of a struct that stands in a message of its own on the wire and is inlined in JSON; `!`
 * says that a zero on the wire was meant: the field is a pointer in Go, or JSON would hold the zero as well.
 */
export interface NumberedField {
  readonly field: StructField;
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
    const [, name = '', path = '', mark] = /^(.*):([\d.]+)(!?)$/.exec(text) ?? [];
    const field = fields.get(name);
    if (field !== undefined) place(numbers, path.split('.').map(Number), { field, keepsZero: mark === '!' });
  }
  parsed.set(struct, numbers);
  return numbers;
}
