import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteSink, HttpAnswer } from '../lib/container-streams.ts';
import { toError } from '../lib/errors.ts';
import type { Answer } from './answer.ts';
import type { Encoder } from './content/encoder.ts';

/** Answers of this size are worth compressing, in characters: Kubernetes' threshold. */
const GZIP_THRESHOLD = 128 * 1024;
/** Pieces of a list are put together for one write, in characters. */
const MAX_CHUNK = 64 * 1024;

export interface AnswerExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Who takes nothing of the answer for this long never will, in milliseconds. */
  readonly stalledMs: number;
}

/**
 * Writes what a verb answers: as bytes, because to texts the server adds a charset that Kubernetes' answers do not name. A
 * long list is encoded as it is read, and never whole in memory.
 */
export function sendAnswer(
  answer: Answer,
  encoder: Encoder,
  { request, reply, stalledMs }: AnswerExchange,
): FastifyReply {
  void reply.header('cache-control', 'no-cache, private');
  // What follows a log may be silent for any time.
  if (answer.type !== 'stream') reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
  switch (answer.type) {
    case 'text':
      return reply.type('text/plain; charset=utf-8').send(answer.text);
    case 'stream':
      return reply.type('text/plain; charset=utf-8').send(streamOf(answer));
    case 'proxied':
      return sendProxied(answer.answer, reply);
    case 'other':
      return reply
        .code(answer.code)
        .type(encoder.mediaType)
        .send(Buffer.from(encoder.encodeOther(answer.value)));
    case 'object':
      void reply.code(answer.code).type(encoder.mediaType);
      return sendText([encoder.encodeObject(answer.object)], { request, reply });
    case 'list':
      void reply.type(encoder.mediaType);
      return sendText(encoder.encodeList(answer.list), { request, reply });
  }
}

/** A text as it is written: whoever writes waits for whoever reads. */
function streamOf({ write }: Extract<Answer, { type: 'stream' }>): PassThrough {
  const stream = new PassThrough();
  const gone = new AbortController();
  const { signal } = gone;
  stream.once('close', () => gone.abort());
  const output: ByteSink = {
    write: async (chunk) => {
      if (!stream.write(chunk)) await once(stream, 'drain', { signal });
    },
  };
  write(output, signal).then(
    () => stream.end(),
    (thrown: unknown) => stream.destroy(toError(thrown)),
  );
  return stream;
}

function sendProxied({ body, headers, status }: HttpAnswer, reply: FastifyReply): FastifyReply {
  for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
  return reply.code(status).send(Buffer.from(body));
}

function sendText(
  pieces: Iterable<string>,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const iterator = pieces[Symbol.iterator]();
  const { text: start, isDone } = take(iterator, GZIP_THRESHOLD);
  if (isDone && start.length < GZIP_THRESHOLD) return reply.send(Buffer.from(start));
  const chunks = Readable.from(chunksOf(start, iterator), { objectMode: false });
  void reply.header('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(chunks);
  void reply.header('content-encoding', 'gzip');
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // Whoever reads no more must not leave the rest of the list waiting.
  chunks.once('error', (error) => gzip.destroy(error));
  gzip.once('close', () => chunks.destroy());
  return reply.send(chunks.pipe(gzip));
}

function* chunksOf(start: string, iterator: Iterator<string>): Generator<string> {
  yield start;
  for (;;) {
    const { text, isDone } = take(iterator, MAX_CHUNK);
    if (text !== '') yield text;
    if (isDone) return;
  }
}

/** The next pieces, until they are `atLeast` characters or there are no more. */
function take(iterator: Iterator<string>, atLeast: number): { text: string; isDone: boolean } {
  let text = '';
  while (text.length < atLeast) {
    const next = iterator.next();
    if (next.done) return { text, isDone: true };
    text += next.value;
  }
  return { text, isDone: false };
}
