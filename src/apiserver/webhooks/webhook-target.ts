import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type {
  ServiceReference,
  WebhookClientConfig,
} from '../../scheme/generated/types/admissionregistration-v1.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import { WebhookCallError, WebhookClient, type WebhookTarget } from './webhook-client.ts';

/** Where the server behind a service of the cluster can be reached from here. */
export type ServiceResolver = (
  service: Service,
  port: number,
) => { readonly host: string; readonly port: number } | undefined;

const SERVICES: GroupResource = { group: '', resource: 'services' };
const DEFAULT_PORT = 443;

/**
 * Pods are simulated and serve nothing, so that a service leads somewhere only when it says where: by its external name.
 */
export const resolveExternalName: ServiceResolver = ({ spec }, port) =>
  spec?.type === 'ExternalName' && spec.externalName
    ? { host: spec.externalName, port }
    : undefined;

/** How webhooks are reached. */
export interface WebhookAccess {
  readonly client: WebhookClient;
  readonly resolveService: ServiceResolver;
}

export function createWebhookAccess(resolveService = resolveExternalName): WebhookAccess {
  return { client: new WebhookClient(), resolveService };
}

/** @throws {WebhookCallError} when a service leads nowhere */
export function targetOf(
  { url = '', service, caBundle }: WebhookClientConfig,
  open: (resource: GroupResource) => MaybePromise<ResourceCache>,
  resolve: ServiceResolver,
): MaybePromise<WebhookTarget> {
  const trust = caBundle ? { caBundle } : {};
  if (!service) return { url, ...trust };
  const { namespace, name, path = '/', port = DEFAULT_PORT } = service;
  return andThen(open(SERVICES), (cache) => ({
    // The server's certificate is one for the name that the service has in its cluster.
    url: `https://${name}.${namespace}.svc:${port}${path}`,
    connectTo: addressOf(service, cache.get(namespace, name) as Service | undefined, resolve),
    ...trust,
  }));
}

function addressOf(
  { namespace, name, port = DEFAULT_PORT }: ServiceReference,
  service: Service | undefined,
  resolve: ServiceResolver,
) {
  const at = `failed to call webhook: Post "https://${name}.${namespace}.svc:${port}"`;
  if (!service) throw new WebhookCallError(`${at}: service "${name}" not found`);
  const address = resolve(service, port);
  if (address) return address;
  throw new WebhookCallError(
    `${at}: no endpoints available for service "${name}": its Pods are simulated and serve nothing; give the webhook a url, or make the service an ExternalName`,
  );
}
