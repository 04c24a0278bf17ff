import { type Numbered, numbersOf } from '../protobuf-numbers.ts';
import { type FieldType, structNameOf } from '../table.ts';

/** Writes what the decoder reads, by the same table and by other code: for tests. */

type Fields = Readonly<Record<string, unknown>>;

function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 0x80 : byte);
  } while (rest > 0n);
  return bytes;
}

function bytesField(number: number, bytes: readonly number[]): number[] {
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

function utf8(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function timeBytes(text: string): number[] {
  const millis = Date.parse(text);
  const seconds = Math.floor(millis / 1000);
  const micros = Number(/\.(\d{6})Z$/.exec(text)?.[1] ?? 0);
  return [...varint(8), ...varint(seconds), ...varint(16), ...varint(micros * 1000)];
}

function value(number: number, given: unknown, type: FieldType): number[] {
  switch (type.type) {
    case 'boolean':
      return [...varint(number * 8), given === true ? 1 : 0];
    case 'int32':
    case 'int64':
      return [...varint(number * 8), ...varint(given as number)];
    case 'double':
      return [...varint(number * 8 + 1), ...new Uint8Array(new Float64Array([given as number]).buffer)];
    case 'list':
      return (given as readonly unknown[]).flatMap((item) => value(number, item, type.of));
    case 'map':
      return Object.entries(given as Fields).flatMap(([key, item]) =>
        bytesField(number, [...bytesField(1, utf8(key)), ...bytesField(2, contents(item, type.of))]),
      );
    default:
      return bytesField(number, contents(given, type));
  }
}

function contents(given: unknown, type: FieldType): number[] {
  switch (type.type) {
    case 'bytes':
      return [...Buffer.from(given as string, 'base64')];
    case 'time':
    case 'microTime':
      return timeBytes(given as string);
    case 'quantity':
      return bytesField(1, utf8(String(given)));
    case 'intOrString':
      return typeof given === 'number'
        ? [...varint(16), ...varint(given)]
        : [...varint(8), 1, ...bytesField(3, utf8(given as string))];
    case 'rawObject':
    case 'any':
      return bytesField(1, utf8(JSON.stringify(given)));
    case 'struct':
      return message(given as Fields, numbersOf(type.struct) ?? new Map<number, Numbered>());
    case 'list':
      return (given as readonly unknown[]).flatMap((item) => value(1, item, type.of));
    default:
      return utf8(given as string);
  }
}

function message(given: Fields, numbers: ReadonlyMap<number, Numbered>): number[] {
  return [...numbers].flatMap(([number, { own, inlined }]) => {
    if (inlined !== undefined) {
      const bytes = message(given, inlined);
      return bytes.length === 0 ? [] : bytesField(number, bytes);
    }
    const there = given[own.field.name];
    return there === undefined || there === null ? [] : value(number, there, own.field.type);
  });
}

/** With the envelope of `runtime.Unknown`. */
export function encodeProtobuf(object: Fields): Uint8Array {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const struct = kind === 'DeleteOptions' ? kind : (structNameOf(apiVersion, kind) ?? '');
  const typeMeta = [...bytesField(1, utf8(apiVersion)), ...bytesField(2, utf8(kind))];
  const raw = message(object, numbersOf(struct) ?? new Map<number, Numbered>());
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...bytesField(1, typeMeta), ...bytesField(2, raw)]);
}
