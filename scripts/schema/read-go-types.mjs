/**
 * Reads struct types out of a Go program for Linux on amd64 that is not position-independent: the compiler leaves
 * names, tags and types of all structs that are reachable by reflection in it. The layout is that of `internal/abi`
 * (Type, StructType, StructField, Name) of Go 1.18 and later.
 *
 * @typedef {{ json: string, number: number | undefined, isInline: boolean, isPointer: boolean,
 *   omitsEmpty: boolean,
 *   struct: string | undefined }} GoField
 */
const TYPE_SIZE = 48;
/** Of a StructType: the package of its own unexported fields, then the slice of the fields. */
const FIELDS_AT = TYPE_SIZE + 8;
/** What follows a struct type that has a name: the offset of its package's path is the first of it. */
const UNCOMMON_AT = FIELDS_AT + 24;
const FIELD_SIZE = 24;
const KIND_AT = 23;
const TFLAG_AT = 20;
const STR_AT = 40;
const KIND_MASK = 31;
const KIND = { array: 17, map: 21, pointer: 22, slice: 23, struct: 25 };
const EXTRA_STAR = 2;
const HAS_TAG = 2;

/** @param {Buffer} bytes */
export function openGoProgram(bytes) {
  const sections = readSections(bytes);
  const rodata = sections.get('.rodata');
  const typelink = sections.get('.typelink');
  if (rodata === undefined || typelink === undefined) throw new Error('no Go program that can be read');
  // Type offsets are relative to where types begin: in such a program the start of .rodata.
  const base = rodata.address;
  const at = (address) => {
    const offset = address - rodata.address;
    return offset >= 0 && offset < rodata.size ? rodata.offset + offset : undefined;
  };
  const pointer = (position) => Number(bytes.readBigUInt64LE(position));

  const varint = (position) => {
    let value = 0;
    for (let length = 0; ; length++) {
      const byte = bytes[position + length];
      value += (byte & 0x7f) << (7 * length);
      if (byte < 0x80) return { value, next: position + length + 1 };
    }
  };
  const text = (position) => {
    const { value, next } = varint(position);
    return { value: bytes.toString('utf8', next, next + value), next: next + value };
  };
  const nameAt = (address) => {
    const position = at(address);
    if (position === undefined) return { name: '', tag: '' };
    const name = text(position + 1);
    return { name: name.value, tag: bytes[position] & HAS_TAG ? text(name.next).value : '' };
  };
  const kindOf = (position) => bytes[position + KIND_AT] & KIND_MASK;
  const typeName = (position) => {
    const { name } = nameAt(base + bytes.readInt32LE(position + STR_AT));
    return bytes[position + TFLAG_AT] & EXTRA_STAR ? name.slice(1) : name;
  };
  /** `k8s.io/api/core/v1.PodSpec`. */
  const structName = (position) => {
    const { name: path } = nameAt(base + bytes.readInt32LE(position + UNCOMMON_AT));
    return `${path}.${typeName(position).split('.').at(-1)}`;
  };
  /** Down through pointers, slices, arrays and maps to the struct that a type is about. */
  const elementOf = (position) => {
    if (position === undefined) return undefined;
    const kind = kindOf(position);
    if (kind === KIND.struct) return position;
    if (kind === KIND.pointer || kind === KIND.slice || kind === KIND.array) {
      return elementOf(at(pointer(position + TYPE_SIZE)));
    }
    return kind === KIND.map ? elementOf(at(pointer(position + TYPE_SIZE + 8))) : undefined;
  };

  const fieldAt = (position) => {
    const { name, tag } = nameAt(pointer(position));
    const type = at(pointer(position + 8));
    const [json = '', ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? name).split(',');
    const number = /protobuf:"[a-z0-9]+,(\d+)/.exec(tag)?.[1];
    const element = elementOf(type);
    return {
      json,
      number: number === undefined ? undefined : Number(number),
      isInline: json === '' && options.includes('inline'),
      isPointer: type !== undefined && kindOf(type) === KIND.pointer,
      omitsEmpty: options.includes('omitempty'),
      struct: element === undefined ? undefined : structName(element),
    };
  };

  /** @type {Map<string, number>} */
  const positions = new Map();
  const collect = (position) => {
    if (position === undefined) return;
    const element = elementOf(position);
    if (element === undefined) return;
    const name = structName(element);
    if (positions.has(name)) return;
    positions.set(name, element);
    for (const field of fieldPositions(element)) collect(at(pointer(field + 8)));
  };
  const fieldPositions = (position) => {
    const first = at(pointer(position + FIELDS_AT));
    const count = pointer(position + FIELDS_AT + 8);
    return first === undefined ? [] : Array.from({ length: count }, (_, index) => first + index * FIELD_SIZE);
  };
  for (let offset = 0; offset < typelink.size; offset += 4) {
    collect(at(base + bytes.readInt32LE(typelink.offset + offset)));
  }

  return {
    /** @param {string} name @returns {{ fields: GoField[] } | undefined} */
    structNamed(name) {
      const position = positions.get(name);
      return position === undefined ? undefined : { fields: fieldPositions(position).map(fieldAt) };
    },
  };
}

/** Sections of an ELF file (64 bits, little-endian), by name. */
function readSections(bytes) {
  const table = Number(bytes.readBigUInt64LE(0x28));
  const count = bytes.readUInt16LE(0x3c);
  const names = bytes.readUInt16LE(0x3e);
  const header = (index) => {
    const start = table + index * 64;
    return {
      name: bytes.readUInt32LE(start),
      address: Number(bytes.readBigUInt64LE(start + 0x10)),
      offset: Number(bytes.readBigUInt64LE(start + 0x18)),
      size: Number(bytes.readBigUInt64LE(start + 0x20)),
    };
  };
  const strings = header(names).offset;
  const sections = new Map();
  for (let index = 0; index < count; index++) {
    const section = header(index);
    const end = bytes.indexOf(0, strings + section.name);
    sections.set(bytes.toString('utf8', strings + section.name, end), section);
  }
  return sections;
}
