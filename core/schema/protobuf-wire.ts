import { textOfUtf8 } from '../text/utf8.ts';

/** The bytes are no protobuf message, or not of the type that was expected. */
export class ProtobufError extends Error {}

/** How a value stands on the wire (https://protobuf.dev/programming-guides/encoding/). */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export interface WireField {
  readonly number: number;
  readonly wire: number;
}

/** Past ten bytes a varint has more than 64 bits. */
const VARINT_MAX = 10;
const TWO_32 = 2 ** 32;

/** Reads one message, field by field. */
export class WireReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private readonly end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** The next field, of which the value must be read; `undefined` at the end. */
  next(): WireField | undefined {
    if (this.at >= this.end) return undefined;
    const tag = this.varint();
    const number = Math.floor(tag / 8);
    if (number < 1) throw new ProtobufError('a field of a protobuf message has the number 0');
    return { number, wire: tag % 8 };
  }

  /** An integer of 64 bits in two's complement, exact as far as a number of JavaScript is. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let place = 0; place < VARINT_MAX; place += 1) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (place < 4) low |= bits << (7 * place);
      else if (place === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * place - 32);
      if (byte < 0x80) return high * TWO_32 + (low >>> 0);
    }
    throw new ProtobufError('a number in a protobuf message does not end');
  }

  double(): number {
    const start = this.skip(8);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + start, 8).getFloat64(0, true);
  }

  slice(): Uint8Array {
    const length = this.varint();
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  text(): string {
    const text = textOfUtf8(this.slice());
    if (text === undefined) throw new ProtobufError('a string in a protobuf message is not UTF-8');
    return text;
  }

  /** Read past a value; whether it was anything but a zero. */
  pass(wire: number): boolean {
    switch (wire) {
      case WIRE.varint:
        return this.varint() !== 0;
      case WIRE.fixed64:
        this.skip(8);
        return true;
      case WIRE.fixed32:
        this.skip(4);
        return true;
      case WIRE.bytes:
        return this.slice().length > 0;
      default:
        throw new ProtobufError(`a field of a protobuf message has the wire type ${wire}`);
    }
  }

  private byte(): number {
    const byte = this.at < this.end ? this.bytes[this.at] : undefined;
    if (byte === undefined) throw new ProtobufError('a protobuf message ends too early');
    this.at += 1;
    return byte;
  }

  private skip(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.end) throw new ProtobufError('a protobuf message ends too early');
    this.at = start + length;
    return start;
  }
}
