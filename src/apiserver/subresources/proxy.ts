/** `pods/proxy`, `services/proxy` and `nodes/proxy`: asks a server in the cluster over HTTP on somebody's behalf. */
import type { HttpAnswer, HttpRequest } from '../../lib/container-streams.ts';
import { ApiError, badRequest, methodNotAllowed, serviceUnavailable } from '../../scheme/errors.ts';
import {
  coreNodes,
  corePods,
  coreServices,
  discoveryEndpointSlices,
} from '../../scheme/generated/resources.ts';
import type { Pod, Service, ServicePort } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import { createAdmission, runAdmission } from '../admission/admission.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target } from '../client.ts';
import { createWriteScope } from '../registry/write-scope.ts';
import type { ConnectionParts } from './container-connection.ts';
import { currentObject } from './current-object.ts';
import { askNode } from './node-proxy.ts';

/** How methods are authorized. */
export const PROXY_VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const KINDS: Readonly<Record<string, string>> = {
  nodes: 'NodeProxyOptions',
  pods: 'PodProxyOptions',
  services: 'ServiceProxyOptions',
};

/** Where a request goes: `https:web:http` names scheme, object and port. */
interface ProxyName {
  readonly name: string;
  readonly port: string;
}

/** @throws {ApiError} Forbidden, NotFound, BadRequest, ServiceUnavailable where nothing answers */
export async function proxyRequest(
  parts: ConnectionParts,
  ref: ResourceRef,
  target: Target,
  request: HttpRequest,
): Promise<HttpAnswer> {
  await admit(parts, ref, target, request);
  const { ctx, registry, streams } = parts;
  if (ref.resource === coreNodes.resource) {
    return askNode(registry, ctx, { name: parseProxyName(target.name).name, path: request.path });
  }
  if (!streams) throw new ApiError('ServiceUnavailable', 'this server runs no containers');
  const { pod, port } = await endpointOf(parts, ref, target);
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  try {
    return await streams.request({ namespace, name, uid }, port, request);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw serviceUnavailable(`error trying to reach service: ${why}`);
  }
}

async function admit(
  { ctx, registry }: ConnectionParts,
  ref: ResourceRef,
  target: Target,
  { method, path }: HttpRequest,
): Promise<void> {
  const resource = registry.resources.resolve(ref);
  const verb = PROXY_VERBS[method];
  const kind = KINDS[resource.definition.resource];
  if (!verb || !kind) throw methodNotAllowed(`${method} is not proxied`);
  const place = { namespace: resource.namespaceOf(target) ?? '', name: target.name };
  const action = { verb, resource: resource.definition, subresource: 'proxy', ...place };
  await assertAuthorized(registry.authorizer, ctx.user, action);
  const object = { apiVersion: 'v1', kind, metadata: {}, path };
  await resource.ready();
  const scope = createWriteScope(registry, ctx, resource, {});
  await runAdmission(
    createAdmission(scope, { operation: 'CONNECT', subresource: 'proxy', kind, object, place }),
  );
}

async function endpointOf(
  parts: ConnectionParts,
  ref: ResourceRef,
  { name, namespace }: Target,
): Promise<{ readonly pod: Pod; readonly port: number }> {
  const { ctx, registry } = parts;
  const named = parseProxyName(name);
  if (ref.resource === coreServices.resource) return serviceEndpoint(parts, namespace ?? '', named);
  const pod = await currentObject(registry, ctx, corePods, { namespace, name: named.name });
  return { pod, port: podPort(pod, named.port) };
}

export function parseProxyName(text: string): ProxyName {
  const parts = text.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return { name: first, port: '' };
  if (parts.length === 2) return { name: first, port: second };
  if (parts.length === 3 && /^https?$|^$/.test(first)) return { name: second, port: third };
  throw badRequest(`invalid proxy request ${JSON.stringify(text)}`);
}

function podPort({ spec }: Pod, port: string): number {
  const declared = (spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  if (port === '') return declared[0]?.containerPort ?? 80;
  return declared.find(({ name }) => name === port)?.containerPort ?? toPort(port);
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw badRequest(`invalid port ${JSON.stringify(text)}`);
}

async function serviceEndpoint(
  { ctx, registry }: ConnectionParts,
  namespace: string,
  { name, port }: ProxyName,
): Promise<{ readonly pod: Pod; readonly port: number }> {
  const service = await currentObject(registry, ctx, coreServices, { namespace, name });
  const wanted = servicePort(service, port);
  const slices = await registry.openCache(discoveryEndpointSlices);
  for (const object of slices.list(namespace).items) {
    const slice = object as EndpointSlice;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const target = slice.ports?.find(
      (candidate) => (candidate.name ?? '') === (wanted?.name ?? ''),
    );
    const ready = slice.endpoints?.find(
      ({ conditions, targetRef }) => conditions?.ready !== false && targetRef,
    );
    if (!target?.port || !ready?.targetRef?.name) continue;
    const pod = await currentObject(registry, ctx, corePods, {
      namespace,
      name: ready.targetRef.name,
    });
    return { pod, port: target.port };
  }
  throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
}

function servicePort({ spec }: Service, port: string): ServicePort | undefined {
  const ports = spec?.ports ?? [];
  if (port === '') return ports[0];
  const found = ports.find(
    (candidate) => candidate.name === port || String(candidate.port) === port,
  );
  if (!found) throw serviceUnavailable(`no service port ${JSON.stringify(port)} found`);
  return found;
}
