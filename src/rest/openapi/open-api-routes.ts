/** `/openapi/v2` and `/openapi/v3`: what every object looks like, for `kubectl explain` and for who generates clients. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../scheme/errors.ts';
import { type MediaRange, parseMediaRanges } from '../content/media-ranges.ts';
import { addPath } from '../discovery/paths.ts';
import { sendDocument } from '../discovery/send-document.ts';
import type { RestContext } from '../rest-context.ts';
import { OpenApiDocuments } from './open-api-documents.ts';

/** Kubernetes' media type of gnostic's protobuf, before and after somebody noticed that `@` may not be in one. */
const PROTOBUF = /^com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf$/;
const JSON_SUBTYPES: ReadonlySet<string> = new Set(['json', '*']);

export function openApiRoutes({
  scheme,
  version,
}: RestContext): (fastify: FastifyInstance) => void {
  const documents = new OpenApiDocuments({ scheme, gitVersion: version.gitVersion });
  return (fastify) => addRoutes(fastify, documents);
}

function addRoutes(fastify: FastifyInstance, documents: OpenApiDocuments): void {
  addPath(fastify, '/openapi/v2', async (request, reply) => {
    const isProtobuf = wantsProtobuf(request.headers.accept);
    const whole = isProtobuf ? documents.wholeAsProtobuf() : documents.wholeAsJson();
    return sendDocument(request, reply, await whole);
  });
  addPath(fastify, '/openapi/v3', async (request, reply) => {
    assertTakesJson(request.headers.accept);
    return sendDocument(request, reply, await documents.index());
  });
  fastify.get('/openapi/v3/*', async (request, reply) => sendPart(documents, request, reply));
}

async function sendPart(
  documents: OpenApiDocuments,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { '*': place = '' } = request.params as { '*'?: string };
  const document = documents.groupVersion(place);
  if (!document) {
    throw new ApiError('NotFound', 'the server could not find the requested resource', {});
  }
  assertTakesJson(request.headers.accept);
  const { hash } = request.query as { hash?: string };
  if (hash === undefined) return sendDocument(request, reply, document);
  if (hash !== document.hash) {
    return reply.redirect(`/openapi/v3/${place}?hash=${document.hash}`, 301);
  }
  // What is at this address never changes: its hash is a part of it.
  void reply.header('cache-control', `public, max-age=${ONE_YEAR_SECONDS}, immutable`);
  return sendDocument(request, reply, document);
}

const ONE_YEAR_SECONDS = 31_536_000;

/** Whether protobuf is wanted more than JSON. @throws {ApiError} NotAcceptable when neither is wanted */
function wantsProtobuf(accept: string | undefined): boolean {
  for (const { subtype, type } of parseMediaRanges(accept)) {
    if (type === 'application' && PROTOBUF.test(subtype)) return true;
    if (takesJson({ subtype, type })) return false;
  }
  throw notAcceptable(
    'application/json, application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  );
}

function assertTakesJson(accept: string | undefined): void {
  if (!parseMediaRanges(accept).some(takesJson)) throw notAcceptable('application/json');
}

function takesJson({ subtype, type }: Pick<MediaRange, 'subtype' | 'type'>): boolean {
  return (type === 'application' || type === '*') && JSON_SUBTYPES.has(subtype);
}

function notAcceptable(types: string): ApiError {
  return new ApiError('NotAcceptable', `only the following media types are accepted: ${types}`);
}
