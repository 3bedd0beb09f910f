import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Format, JSON_FORMAT } from '../content/format.ts';
import { negotiateFormat } from '../content/negotiate.ts';
import type { EncodedDocument } from './encoded-document.ts';

/** Smaller documents are not worth compressing, in bytes. */
const GZIP_THRESHOLD = 4 * 1024;

/** Sends a document, or says that the client has it already; compressed where the client can read that. */
export async function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: EncodedDocument,
): Promise<FastifyReply> {
  void reply
    .header('etag', document.etag)
    .header('vary', 'Accept, Accept-Encoding')
    .type(document.contentType);
  // What was said of caching before stays.
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'public');
  if (knows(request.headers['if-none-match'], document)) return reply.code(304).send();
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (!takesGzip || document.body.length < GZIP_THRESHOLD) return reply.send(document.body);
  return reply.header('content-encoding', 'gzip').send(await document.compressed());
}

function knows(ifNoneMatch: string | undefined, { etag }: EncodedDocument): boolean {
  return (ifNoneMatch ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}

/** Sends a document of JSON as it is, or written anew for people, or for who reads YAML. */
export async function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  document: EncodedDocument,
): Promise<FastifyReply> {
  const format = formatFor(request);
  if (format === JSON_FORMAT) return sendDocument(request, reply, document);
  const value = JSON.parse(document.body.toString()) as object;
  return reply.header('vary', 'Accept').type(format.mediaType).send(format.write(value));
}

/** Sends a value that is small, or asked for so rarely that it is written each time. */
export function sendValue(
  request: FastifyRequest,
  reply: FastifyReply,
  value: object,
): FastifyReply {
  const format = formatFor(request);
  return reply.type(format.mediaType).send(format.write(value));
}

function formatFor({ headers, url }: FastifyRequest): Format {
  return negotiateFormat({
    accept: headers.accept,
    userAgent: headers['user-agent'],
    query: new URLSearchParams(url.split('?', 2)[1]),
  });
}
