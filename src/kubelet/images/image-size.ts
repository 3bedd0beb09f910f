import { createHash } from 'node:crypto';
import { repositoryOf, withDefaultTag } from './image-name.ts';

const MEBIBYTE = 1024 * 1024;
const SMALLEST_BYTES = 4 * MEBIBYTE;
/** How many times the smallest image the largest one is: 512 MiB. */
const SPREAD = 128;

interface ImageFacts {
  /** As the runtime names what was pulled: `nginx@sha256:…`. */
  readonly id: string;
  /** What is pulled and kept, in bytes. */
  readonly sizeBytes: number;
}

const known = new Map<string, ImageFacts>();
/** More than the images of a large cluster; the memo starts over when it is full. */
const MAX_KNOWN = 10_000;

/** The same name is always the same image: its digest and its size follow from it. Small images are more common than large. */
export function imageFacts(image: string): ImageFacts {
  const name = withDefaultTag(image);
  let facts = known.get(name);
  if (!facts) {
    const digest = createHash('sha256').update(image);
    const hash = digest.digest();
    const part = hash.readUInt32BE(0) / 2 ** 32;
    const sizeBytes = Math.round(SMALLEST_BYTES * SPREAD ** part);
    facts = { id: `${repositoryOf(image)}@sha256:${hash.toString('hex')}`, sizeBytes };
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, facts);
  }
  return facts;
}
