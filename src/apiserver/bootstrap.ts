/** What every cluster has before anybody asks for it. Each start makes sure of it; what is there already is left as it is. */
import { isApiError } from '../scheme/errors.ts';
import {
  coreNamespaces,
  coreServices,
  networkingServiceCIDRs,
  schedulingPriorityClasses,
} from '../scheme/generated/resources.ts';
import type { Service } from '../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { NewObject, Target } from './client.ts';
import { formatIPv4 } from './services/address-range.ts';
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
  get(ref: ResourceRef, target: Target): Promise<unknown>;
  create(ref: ResourceRef, object: object): Promise<unknown>;
}

export interface BootstrapOptions {
  readonly ranges: ServiceRanges;
  readonly serviceCidr: string;
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
    ensure(api, networkingServiceCIDRs, {
      metadata: { name: 'kubernetes' },
      spec: { cidrs: [options.serviceCidr] },
    }),
  ]);
  await ensure(api, coreServices, kubernetesService(options));
}

function kubernetesService({ ranges, apiPort }: BootstrapOptions): NewObject<Service> {
  return {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      // The first address of the range, where Kubernetes' own clients look for it.
      clusterIP: formatIPv4(ranges.clusterIPs.first),
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: apiPort }],
    },
  };
}

async function ensure<T extends ApiObject>(
  api: BootstrapApi,
  ref: ResourceRef<T>,
  object: NewObject<T>,
): Promise<void> {
  const { namespace, name = '' } = object.metadata;
  try {
    await api.get(ref, { namespace, name });
    return;
  } catch (thrown) {
    if (!isApiError(thrown, 'NotFound')) throw thrown;
  }
  try {
    await api.create(ref, object);
  } catch (thrown) {
    // Ignored: another API server was faster.
    if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
  }
}
