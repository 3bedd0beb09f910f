/** What every cluster has before anybody asks for it. Each start makes sure of it; what is there already is left as it is. */
import { isApiError } from '../scheme/errors.ts';
import {
  coreNamespaces,
  coreServices,
  networkingServiceCIDRs,
  schedulingPriorityClasses,
} from '../scheme/generated/resources.ts';
import type { Service } from '../scheme/generated/types/core-v1.ts';
import type { ServiceCIDR } from '../scheme/generated/types/networking-v1.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { NewObject, Target } from './client.ts';
import { addressAt } from './services/address-range.ts';
import type { ServiceRanges } from './services/service-companions.ts';

export const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The classes for what a cluster cannot run without, with Kubernetes' numbers. */
const SYSTEM_PRIORITY_CLASSES = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'For Pods that the cluster needs, and that may move to another node.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'For Pods that their node needs.',
  },
];

/** What bootstrap does with the API: it goes through the whole pipeline like everybody else. */
export interface BootstrapApi {
  get(ref: ResourceRef, target: Target): Promise<ApiObject>;
  create(ref: ResourceRef, object: object): Promise<unknown>;
  update(ref: ResourceRef, object: ApiObject): Promise<unknown>;
}

export interface BootstrapOptions {
  readonly ranges: ServiceRanges;
  /** Where clients reach the API; the target port of the `kubernetes` Service. */
  readonly apiPort: number;
}

/** Creates what is missing. Several API servers may do so at once. */
export async function bootstrapCluster(
  api: BootstrapApi,
  options: BootstrapOptions,
): Promise<void> {
  await Promise.all([
    ...SYSTEM_NAMESPACES.map((name) => ensure(api, coreNamespaces, { metadata: { name } })),
    ...SYSTEM_PRIORITY_CLASSES.map(({ name, value, description }) =>
      ensure(api, schedulingPriorityClasses, { metadata: { name }, value, description }),
    ),
    ensureServiceCidr(api, options.ranges),
  ]);
  await ensure(api, coreServices, kubernetesService(options));
}

/** The ranges that Services get addresses from. A cluster may come to have one of the other family, and never loses it. */
async function ensureServiceCidr(api: BootstrapApi, { clusterIPs }: ServiceRanges): Promise<void> {
  const cidrs = clusterIPs.map(({ cidr }) => cidr);
  const wanted = { metadata: { name: 'kubernetes' }, spec: { cidrs } };
  const found = await ensure(api, networkingServiceCIDRs, wanted);
  const before = found?.spec?.cidrs ?? [];
  if (!found || before.length !== 1 || cidrs.length !== 2 || before[0] !== cidrs[0]) return;
  try {
    const extended: ServiceCIDR = { ...found, spec: { cidrs } };
    await api.update(networkingServiceCIDRs, extended);
  } catch (thrown) {
    // Ignored: another API server was faster.
    if (!isApiError(thrown, 'Conflict')) throw thrown;
  }
}

function kubernetesService({ ranges, apiPort }: BootstrapOptions): NewObject<Service> {
  const [range] = ranges.clusterIPs;
  return {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      // The first address of the range, where Kubernetes' own clients look for it.
      clusterIP: addressAt(range, range.places.first),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: apiPort }],
    },
  };
}

/** Creates what is missing. @returns what was there already */
async function ensure<T extends ApiObject>(
  api: BootstrapApi,
  ref: ResourceRef<T>,
  object: NewObject<T>,
): Promise<T | undefined> {
  const { namespace, name = '' } = object.metadata;
  try {
    return (await api.get(ref, { namespace, name })) as T;
  } catch (thrown) {
    if (!isApiError(thrown, 'NotFound')) throw thrown;
  }
  try {
    await api.create(ref, object);
  } catch (thrown) {
    // Ignored: another API server was faster.
    if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
  }
  return undefined;
}
