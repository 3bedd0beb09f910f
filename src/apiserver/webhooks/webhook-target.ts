import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type {
  ServiceReference,
  WebhookClientConfig,
} from '../../scheme/generated/types/admissionregistration-v1.ts';
import type { Endpoints, Service } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import { type ServerAddress, type ServiceEndpoints, serverAddressOf } from './service-address.ts';
import { WebhookCallError, type WebhookTarget } from './webhook-client.ts';

const SERVICES: GroupResource = { group: '', resource: 'services' };
const ENDPOINTS: GroupResource = { group: '', resource: 'endpoints' };
const ENDPOINT_SLICES: GroupResource = { group: 'discovery.k8s.io', resource: 'endpointslices' };
const LABEL_SERVICE_NAME = 'kubernetes.io/service-name';
const DEFAULT_PORT = 443;

/** Opens the cache of a resource, which is there already most of the time. */
export type OpenCache = (resource: GroupResource) => MaybePromise<ResourceCache>;

/** @throws {WebhookCallError} when a service leads nowhere */
export function targetOf(
  { url = '', service, caBundle }: WebhookClientConfig,
  open: OpenCache,
): MaybePromise<WebhookTarget> {
  const trust = caBundle ? { caBundle } : {};
  if (!service) return { url, ...trust };
  const { namespace, name, path = '/', port = DEFAULT_PORT } = service;
  return andThen(addressOf(service, open), (connectTo) => ({
    // The server's certificate is one for the name that the service has in its cluster.
    url: `https://${name}.${namespace}.svc:${port}${path}`,
    connectTo,
    ...trust,
  }));
}

async function addressOf(
  { namespace, name, port = DEFAULT_PORT }: ServiceReference,
  open: OpenCache,
): Promise<ServerAddress> {
  const refuse = (why: string): WebhookCallError =>
    new WebhookCallError(
      `failed to call webhook: Post "https://${name}.${namespace}.svc:${port}": ${why}`,
    );
  const service = (await open(SERVICES)).get(namespace, name) as Service | undefined;
  if (!service) throw refuse(`service "${name}" not found`);
  const address = serverAddressOf(service, port, await endpointsOf(namespace, name, open));
  if (typeof address === 'string') throw refuse(address);
  return address;
}

/** Looks through the slices of one namespace, which is little beside the call that follows. */
async function endpointsOf(
  namespace: string,
  name: string,
  open: OpenCache,
): Promise<ServiceEndpoints> {
  const [slices, endpoints] = await Promise.all([open(ENDPOINT_SLICES), open(ENDPOINTS)]);
  const items = slices.list(namespace).items as readonly EndpointSlice[];
  return {
    slices: items.filter(({ metadata }) => metadata.labels?.[LABEL_SERVICE_NAME] === name),
    endpoints: endpoints.get(namespace, name) as Endpoints | undefined,
  };
}
