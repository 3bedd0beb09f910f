/** Compression of streams, in which whoever writes waits for whoever reads. */
import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { ByteSink, ByteSource } from '../../lib/container-streams.ts';

/** Takes what `produce` writes, and hands it to `output` compressed. */
export async function gzipTo(
  output: ByteSink,
  produce: (compressed: ByteSink) => Promise<void>,
): Promise<void> {
  const gzip = createGzip();
  // Ignored: what is written after the reader has gone is lost, and the reader's end is told below.
  gzip.on('error', () => undefined);
  const pump = async (): Promise<void> => {
    for await (const chunk of gzip) await output.write(chunk as Uint8Array);
  };
  const write = async (data: Uint8Array): Promise<void> => {
    if (!gzip.write(data)) await Promise.race([once(gzip, 'drain'), pumped]);
  };
  const pumped = pump();
  try {
    await Promise.race([produce({ write }), pumped]);
    gzip.end();
    await pumped;
  } finally {
    gzip.destroy();
    // Ignored here: it has been awaited, or something else has failed before it.
    pumped.catch(() => undefined);
  }
}

/** What `input` is uncompressed. @throws for what is not gzip */
export function gunzip(input: ByteSource): ByteSource {
  const output = createGunzip();
  // Ignored: whoever reads `output` is told of the error that this would tell of.
  pipeline(Readable.from(input), output, () => undefined);
  return output;
}
