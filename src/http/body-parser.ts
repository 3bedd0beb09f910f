import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { badRequest, entityTooLarge } from '../scheme/errors.ts';

/** Beyond this many times the limit a body is not even read to its end: the connection is closed. */
const MAX_DRAINED_FACTOR = 8;
/** An own `__proto__` in JSON becomes a prototype wherever an object is copied key by key. */
const PROTOTYPE_KEY = '"__proto__"';

/**
 * Reads JSON bodies. One that is too large is read to its end and dropped, so that the client, which is still sending,
 * gets the answer rather than a broken connection.
 */
export function addJsonParser(fastify: FastifyInstance, maxBodyBytes: number): void {
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser(
    'application/json',
    { bodyLimit: maxBodyBytes * MAX_DRAINED_FACTOR },
    async (_request: unknown, payload: IncomingMessage) =>
      parseJson((await readBody(payload, maxBodyBytes)).toString('utf8')),
  );
}

/** Reads bodies of any type as they come, for doors that tell types apart themselves; as {@link addJsonParser} does. */
export function addBytesParser(fastify: FastifyInstance, maxBodyBytes: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { bodyLimit: maxBodyBytes * MAX_DRAINED_FACTOR },
    (_request: unknown, payload: IncomingMessage) => readBody(payload, maxBodyBytes),
  );
}

function readBody(payload: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const announced = Number(payload.headers['content-length']);
  return announced <= maxBodyBytes ? readAnnounced(payload) : readUpTo(payload, maxBodyBytes);
}

/** A body whose length is known beforehand and within the limit: HTTP ends it there. Nearly every body is one. */
function readAnnounced(payload: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    payload.on('data', (chunk: Buffer) => chunks.push(chunk));
    payload.on('end', () => resolve(Buffer.concat(chunks)));
    payload.on('error', reject);
    // Also of a client that had gone before anybody listened.
    const onClose = (): void => {
      if (!payload.complete) reject(badRequest('the request ended before its body'));
    };
    if (payload.destroyed) onClose();
    else payload.on('close', onClose);
  });
}

async function readUpTo(payload: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > maxBodyBytes * MAX_DRAINED_FACTOR) break;
  }
  if (bytes > maxBodyBytes) {
    throw entityTooLarge(`Request entity too large: limit is ${maxBodyBytes} bytes`);
  }
  return Buffer.concat(chunks);
}

/** @throws {ApiError} BadRequest */
export function parseJson(text: string): unknown {
  assertNoPrototypeKey(text, PROTOTYPE_KEY);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body of the request is not JSON: ${(error as Error).message}`);
  }
}

/** @throws {ApiError} BadRequest where `text` has `key`, which is `__proto__` in its quotes, if it needs any */
export function assertNoPrototypeKey(text: string, key = '__proto__'): void {
  if (text.includes(key)) {
    throw badRequest('the body of the request has a key "__proto__", which no object may have');
  }
}
