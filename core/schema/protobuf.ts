import { base64OfBytes } from '../text/base64.ts';
import { textOfUtf8 } from '../text/utf8.ts';
import { rfc3339, rfc3339Micro, SECOND } from '../time.ts';
import { isForbiddenKey, MAX_DEPTH } from './decoding.ts';
import { type Numbered, numbersOf } from './protobuf-numbers.ts';
import { ProtobufError, WIRE, WireReader } from './protobuf-wire.ts';
import { type FieldType, structNameOf } from './table.ts';

/**
 * The protobuf form of an object (`application/vnd.kubernetes.protobuf`), which kubectl and Go's typed clients send,
 * turned into the JSON that they would have sent otherwise. What follows from there is one road for both.
 */
export type ReadProtobuf =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

/** Before the envelope (apimachinery `serializer/protobuf`). */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** Numbers of `runtime.Unknown` and of its `TypeMeta`. */
const UNKNOWN = { typeMeta: 1, raw: 2, contentType: 4 };
const TYPE_META = { apiVersion: 1, kind: 2 };
const ENTRY = { key: 1, value: 2 };
/** Of a list that is the value of a map (`ExtraValue`). */
const ITEMS = 1;
/** Of a message that only wraps one value: a quantity's text, the bytes of a raw extension. */
const ONLY = 1;
const INT_OR_STRING = { type: 1, int: 2, string: 3 };
const TIME = { seconds: 1, nanos: 2 };
/** Options of a deletion are of no group, and every group has them. */
const OPTIONS = 'DeleteOptions';

/** What JSON leaves out of a field with `omitempty`. */
function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

/** The fields of a message whose numbers are known beforehand. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  const reader = new WireReader(bytes);
  const fields = new Map<number, number | Uint8Array>();
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.wire === WIRE.varint) fields.set(field.number, reader.varint());
    else if (field.wire === WIRE.bytes) fields.set(field.number, reader.slice());
    else reader.pass(field.wire);
  }
  return fields;
}

function bytesIn(fields: ReadonlyMap<number, number | Uint8Array>, number: number): Uint8Array {
  const value = fields.get(number);
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function numberIn(fields: ReadonlyMap<number, number | Uint8Array>, number: number): number {
  const value = fields.get(number);
  return typeof value === 'number' ? value : 0;
}

function textOf(bytes: Uint8Array): string {
  const text = textOfUtf8(bytes);
  if (text === undefined) throw new ProtobufError('a string in a protobuf message is not UTF-8');
  return text;
}

function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    throw new ProtobufError('JSON inside a protobuf message can not be read');
  }
}

function timeOf(bytes: Uint8Array, isMicro: boolean): string | undefined {
  // Go's zero time is written as nothing at all.
  if (bytes.length === 0) return undefined;
  const fields = fieldsOf(bytes);
  const micros = numberIn(fields, TIME.seconds) * SECOND + Math.floor(numberIn(fields, TIME.nanos) / 1000);
  if (!Number.isSafeInteger(micros)) throw new ProtobufError('a time in a protobuf message is out of range');
  return isMicro ? rfc3339Micro(micros) : rfc3339(micros);
}

function intOrStringOf(bytes: Uint8Array): string | number {
  const fields = fieldsOf(bytes);
  return numberIn(fields, INT_OR_STRING.type) === 0
    ? numberIn(fields, INT_OR_STRING.int)
    : textOf(bytesIn(fields, INT_OR_STRING.string));
}

function expectWire(wire: number, wanted: number): void {
  if (wire !== wanted) {
    throw new ProtobufError(`a field of a protobuf message has the wire type ${wire} in place of ${wanted}`);
  }
}

/** One value. `undefined`: it counts as absent. */
function readValue(reader: WireReader, wire: number, type: FieldType, depth: number): unknown {
  switch (type.type) {
    case 'boolean':
      expectWire(wire, WIRE.varint);
      return reader.varint() !== 0;
    case 'int32':
    case 'int64':
      expectWire(wire, WIRE.varint);
      return reader.varint();
    case 'double':
      expectWire(wire, WIRE.fixed64);
      return reader.double();
    default:
      expectWire(wire, WIRE.bytes);
      return ofBytes(reader.slice(), type, depth);
  }
}

function ofBytes(bytes: Uint8Array, type: FieldType, depth: number): unknown {
  switch (type.type) {
    case 'string':
    case 'enum':
      return textOf(bytes);
    case 'bytes':
      return base64OfBytes(bytes);
    case 'time':
    case 'microTime':
      return timeOf(bytes, type.type === 'microTime');
    case 'quantity':
      return textOf(bytesIn(fieldsOf(bytes), ONLY));
    case 'intOrString':
      return intOrStringOf(bytes);
    case 'rawObject':
    case 'any':
      return jsonOf(bytesIn(fieldsOf(bytes), ONLY));
    case 'struct':
      return readStruct(bytes, type.struct, depth + 1);
    case 'list':
      return readItems(bytes, type.of, depth + 1);
    default:
      throw new ProtobufError(`a ${type.type} has no protobuf form here`);
  }
}

function readItems(bytes: Uint8Array, of: FieldType, depth: number): readonly unknown[] {
  const reader = new WireReader(bytes);
  const items: unknown[] = [];
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.number === ITEMS) items.push(readValue(reader, field.wire, of, depth));
    else reader.pass(field.wire);
  }
  return items;
}

function zeroOf(type: FieldType): unknown {
  if (type.type === 'struct') return {};
  return type.type === 'list' ? [] : '';
}

function readEntry(
  bytes: Uint8Array,
  of: FieldType,
  depth: number,
): { readonly key: string; readonly value: unknown } {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown = zeroOf(of);
  for (let field = reader.next(); field !== undefined; field = reader.next()) {
    if (field.number === ENTRY.key) {
      expectWire(field.wire, WIRE.bytes);
      key = reader.text();
    } else if (field.number === ENTRY.value) value = readValue(reader, field.wire, of, depth);
    else reader.pass(field.wire);
  }
  return { key, value };
}

function readMessage(
  bytes: Uint8Array,
  struct: string,
  numbers: ReadonlyMap<number, Numbered>,
  into: Record<string, unknown>,
  depth: number,
): void {
  const reader = new WireReader(bytes);
  for (let at = reader.next(); at !== undefined; at = reader.next()) {
    const numbered = numbers.get(at.number);
    if (numbered === undefined) {
      if (!reader.pass(at.wire)) continue;
      throw new ProtobufError(`the protobuf form of ${struct} has no field ${at.number} here: send JSON`);
    }
    if (numbered.own === undefined) {
      expectWire(at.wire, WIRE.bytes);
      readMessage(reader.slice(), struct, numbered.inlined, into, depth);
      continue;
    }
    const { field, keepsZero } = numbered.own;
    const { name, type } = field;
    if (type.type === 'list') {
      const list = (into[name] ?? []) as unknown[];
      into[name] = list;
      list.push(readValue(reader, at.wire, type.of, depth));
    } else if (type.type === 'map') {
      expectWire(at.wire, WIRE.bytes);
      const { key, value } = readEntry(reader.slice(), type.of, depth);
      const map = (into[name] ?? {}) as Record<string, unknown>;
      into[name] = map;
      if (isForbiddenKey(key)) throw new ProtobufError(`"${name}.${key}" is not allowed as a key`);
      map[key] = value;
    } else {
      const value = readValue(reader, at.wire, type, depth);
      if (value !== undefined && (keepsZero || !isZero(value))) into[name] = value;
    }
  }
}

function readStruct(bytes: Uint8Array, struct: string, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new ProtobufError(`nested more than ${MAX_DEPTH} levels deep`);
  const numbers = numbersOf(struct);
  if (numbers === undefined) throw new ProtobufError(`${struct} has no protobuf form here: send JSON`);
  const value: Record<string, unknown> = {};
  readMessage(bytes, struct, numbers, value, depth);
  return value;
}

function readEnvelope(bytes: Uint8Array): unknown {
  if (MAGIC.some((byte, place) => bytes[place] !== byte)) {
    throw new ProtobufError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  const envelope = fieldsOf(bytes.subarray(MAGIC.length));
  const typeMeta = fieldsOf(bytesIn(envelope, UNKNOWN.typeMeta));
  const apiVersion = textOf(bytesIn(typeMeta, TYPE_META.apiVersion));
  const kind = textOf(bytesIn(typeMeta, TYPE_META.kind));
  const raw = bytesIn(envelope, UNKNOWN.raw);
  if (textOf(bytesIn(envelope, UNKNOWN.contentType)) === 'application/json') return jsonOf(raw);
  const struct = kind === OPTIONS ? OPTIONS : structNameOf(apiVersion, kind);
  if (struct === undefined) {
    throw new ProtobufError(`${kind} in version "${apiVersion}" has no protobuf form here: send JSON`);
  }
  return { apiVersion, kind, ...readStruct(raw, struct, 0) };
}

/** The body of a request in protobuf, as the JSON that says the same. */
export function readProtobuf(bytes: Uint8Array): ReadProtobuf {
  try {
    return { ok: true, value: readEnvelope(bytes) };
  } catch (error) {
    if (error instanceof ProtobufError) return { ok: false, error: error.message };
    throw error;
  }
}
