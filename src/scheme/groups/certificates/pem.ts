/** Blocks of PEM, as far as their frame tells what is in them. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Buffer;
}

const BLOCK = /-----BEGIN ([^-\n]+)-----\n([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** The blocks of a text, in order; what is between them counts for nothing. */
export function parsePem(text: string): PemBlock[] {
  return [...text.replaceAll('\r\n', '\n').matchAll(BLOCK)].map(([, type = '', base64 = '']) => ({
    type,
    bytes: Buffer.from(base64, 'base64'),
  }));
}

const SEQUENCE = 0x30;

/** Whether the bytes are one ASN.1 sequence and nothing else: certificates and requests for them are. */
export function isDerSequence(bytes: Buffer): boolean {
  const length = bytes[1];
  if (bytes[0] !== SEQUENCE || length === undefined) return false;
  if (length < 0x80) return bytes.length === 2 + length;
  const size = length & 0x7f;
  if (size === 0 || size > 4 || bytes.length < 2 + size) return false;
  return bytes.length === 2 + size + bytes.readUIntBE(2, size);
}
