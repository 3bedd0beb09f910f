/**
 * The part of protobuf's wire format that a writer needs: numbers as varints, texts and messages with their length in front.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;

const CONTINUES = 0x80;
const INITIAL_BYTES = 64 * 1024;
/** A length is written in front of what it measures, before it is known: in as many bytes as any length here needs. */
const LENGTH_BYTES = 4;

/** Writes fields one after the other into one growing buffer. Empty values are left out, as proto3 does. */
export class ProtobufWriter {
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #length = 0;

  text(field: number, value: string | undefined): void {
    if (value) this.#text(field, value);
  }

  /** Each of `values` as a field of its own, empty ones too. */
  texts(field: number, values: Iterable<string> | undefined): void {
    for (const value of values ?? []) this.#text(field, value);
  }

  flag(field: number, value: boolean | undefined): void {
    if (value) this.#number(field, 1);
  }

  /** A boolean that means something when it is false: a member of a `oneof`. */
  choice(field: number, value: boolean): void {
    this.#number(field, value ? 1 : 0);
  }

  /** @param value Not negative. */
  integer(field: number, value: number | undefined): void {
    if (value) this.#number(field, value);
  }

  double(field: number, value: number | undefined): void {
    if (!value) return;
    this.#reserve(8 + LENGTH_BYTES);
    this.#varint((field << 3) | FIXED_64);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** A message, whose fields `write` writes. Written also when it is empty. */
  message(field: number, write: () => void): void {
    this.#reserve(2 * LENGTH_BYTES);
    this.#varint((field << 3) | LENGTH_DELIMITED);
    const start = this.#length;
    this.#length += LENGTH_BYTES;
    write();
    this.#putLength(start, this.#length - start - LENGTH_BYTES);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #text(field: number, value: string): void {
    const size = Buffer.byteLength(value);
    this.#reserve(size + 3 * LENGTH_BYTES);
    this.#varint((field << 3) | LENGTH_DELIMITED);
    this.#varint(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  #number(field: number, value: number): void {
    this.#reserve(5 * LENGTH_BYTES);
    this.#varint((field << 3) | VARINT);
    this.#varint(value);
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. By division: values may pass 32 bits. */
  #varint(value: number): void {
    let rest = value;
    while (rest >= CONTINUES) {
      this.#bytes[this.#length++] = (rest % CONTINUES) | CONTINUES;
      rest = Math.floor(rest / CONTINUES);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** As a varint of always the same length: bytes that carry nothing but the sign that more follow are allowed. */
  #putLength(at: number, length: number): void {
    let rest = length;
    for (let index = 0; index < LENGTH_BYTES - 1; index++) {
      this.#bytes[at + index] = (rest % CONTINUES) | CONTINUES;
      rest = Math.floor(rest / CONTINUES);
    }
    this.#bytes[at + LENGTH_BYTES - 1] = rest;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
