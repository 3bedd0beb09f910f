/** `/api`, `/apis` and what is below them that is no resource: what the server can do, in Kubernetes' documents. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../../scheme/errors.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { type MediaRange, parseMediaRanges } from '../content/media-ranges.ts';
import type { RestContext } from '../rest-context.ts';
import type { DiscoveryVersion } from './aggregated-discovery.ts';
import { toApiVersions } from './api-groups.ts';
import { DiscoveryDocuments } from './discovery-documents.ts';
import type { EncodedDocument } from './encoded-document.ts';
import { addPath } from './paths.ts';
import { sendDocument, sendJson, sendValue } from './send-document.ts';

export function discoveryRoutes({ scheme }: RestContext): (fastify: FastifyInstance) => void {
  const documents = new DiscoveryDocuments(scheme);
  return (fastify) => {
    addRoots(fastify, documents, scheme);
    addLists(fastify, documents);
  };
}

/** Aggregated, for who asks for that. */
function addRoots(fastify: FastifyInstance, documents: DiscoveryDocuments, scheme: Scheme): void {
  addPath(fastify, '/api', (request, reply) => {
    const version = aggregatedVersion(request);
    if (version) return sendDocument(request, reply, documents.aggregated('api', version));
    return sendValue(request, reply, toApiVersions(scheme, request.host));
  });
  addPath(fastify, '/apis', (request, reply) => {
    const version = aggregatedVersion(request);
    if (version) return sendDocument(request, reply, documents.aggregated('apis', version));
    return sendJson(request, reply, documents.groups());
  });
}

function addLists(fastify: FastifyInstance, documents: DiscoveryDocuments): void {
  addPath(fastify, '/apis/:group', (request, reply) => {
    const { group = '' } = request.params as { group?: string };
    return sendIfAny(request, reply, documents.group(group));
  });
  addPath(fastify, '/api/:version', (request, reply) => {
    const { version = '' } = request.params as { version?: string };
    return sendIfAny(request, reply, documents.resources('', version));
  });
  addPath(fastify, '/apis/:group/:version', (request, reply) => {
    const { group = '', version = '' } = request.params as { group?: string; version?: string };
    return sendIfAny(request, reply, documents.resources(group, version));
  });
}

function sendIfAny(
  request: FastifyRequest,
  reply: FastifyReply,
  document: EncodedDocument | undefined,
): Promise<FastifyReply> {
  if (!document) {
    throw new ApiError('NotFound', 'the server could not find the requested resource', {});
  }
  return sendJson(request, reply, document);
}

/** The version of aggregated discovery that is wanted more than plain discovery, if any. */
function aggregatedVersion({ headers }: FastifyRequest): DiscoveryVersion | undefined {
  for (const range of parseMediaRanges(headers.accept)) {
    const version = range.parameters.get('v');
    if (isAggregated(range) && (version === 'v2' || version === 'v2beta1')) return version;
    if (range.parameters.get('as') === undefined) return undefined;
  }
  return undefined;
}

function isAggregated({ parameters, subtype, type }: MediaRange): boolean {
  return (
    type === 'application' &&
    subtype === 'json' &&
    parameters.get('g') === 'apidiscovery.k8s.io' &&
    parameters.get('as') === 'APIGroupDiscoveryList'
  );
}
