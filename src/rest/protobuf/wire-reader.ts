/**
 * Reads protobuf's wire format.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import { badRequest } from '../../scheme/errors.ts';

/** A field as it comes: a number, eight or four bytes, or bytes of a length. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
/** A varint holds 64 bits, 7 a byte. */
const MAX_VARINT_BYTES = 10;
const WIDTHS: Readonly<Record<number, number>> = { [FIXED64]: 8, [FIXED32]: 4 };

/** The fields of a message, in the order in which they come. @throws {ApiError} BadRequest */
export function* readFields(message: Buffer): Generator<WireField> {
  const reader = new WireReader(message);
  while (!reader.isAtEnd) yield reader.field();
}

class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  field(): WireField {
    const key = Number(this.#varint());
    const number = Math.floor(key / 8);
    const wireType = key % 8;
    if (wireType === VARINT) return { number, value: this.#varint() };
    const length = wireType === BYTES ? Number(this.#varint()) : WIDTHS[wireType];
    if (length === undefined || number === 0) throw malformed();
    return { number, value: this.#take(length) };
  }

  #varint(): bigint {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw malformed();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed();
  }

  #take(length: number): Buffer {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw malformed();
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }
}

export const malformed = () => badRequest('the body of the request is not protobuf');
