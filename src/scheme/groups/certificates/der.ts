/** Reads ASN.1 in its distinguished encoding, as far as certificate requests need it. */

export interface DerElement {
  /** Class, form and number, as the first byte has them. */
  readonly tag: number;
  readonly content: Buffer;
}

const LONG_FORM = 0x80;
const MAX_LENGTH_BYTES = 4;

/** The elements that the bytes are a sequence of. @throws {RangeError} when they are none */
export function readDer(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = byteAt(bytes, at);
    const { length, start } = readLength(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length) throw new RangeError('an ASN.1 element is cut off');
    elements.push({ tag, content: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < LONG_FORM) return { length: first, start: at + 1 };
  const size = first - LONG_FORM;
  if (size === 0 || size > MAX_LENGTH_BYTES || at + 1 + size > bytes.length) {
    throw new RangeError('the length of an ASN.1 element is wrong');
  }
  return { length: bytes.readUIntBE(at + 1, size), start: at + 1 + size };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('an ASN.1 element is cut off');
  return byte;
}
