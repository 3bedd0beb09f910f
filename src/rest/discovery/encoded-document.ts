import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A document that many clients read: encoded once, compressed once, with a hash by which they need not read it twice. */
export class EncodedDocument {
  readonly contentType: string;
  readonly body: Buffer;
  /** Of the content, in upper-case hexadecimal digits, as Kubernetes writes it. */
  readonly hash: string;
  #compressed: Promise<Buffer> | undefined;

  constructor(contentType: string, body: string | Uint8Array) {
    this.contentType = contentType;
    this.body =
      typeof body === 'string'
        ? Buffer.from(body)
        : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.hash = createHash('sha512').update(this.body).digest('hex').toUpperCase();
  }

  get etag(): string {
    return `"${this.hash}"`;
  }

  compressed(): Promise<Buffer> {
    this.#compressed ??= compress(this.body);
    return this.#compressed;
  }
}

/** `value` as JSON. */
export function encodeJson(value: unknown, contentType = 'application/json'): EncodedDocument {
  return new EncodedDocument(contentType, `${JSON.stringify(value)}\n`);
}
