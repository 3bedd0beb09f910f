/**
 * What one object uses of quotas, by the names that quotas give to resources: CPU in thousandths of a core, everything else
 * in whole units (bytes, counts), as {@link ResourceAmounts} are.
 */
import type { PersistentVolumeClaim, Pod, Service } from '../generated/types/core-v1.ts';
import {
  compareQuantities,
  type Quantity,
  quantityMilliValue,
  quantityValue,
} from '../quantity.ts';
import { type GroupResource, qualifiedName } from '../resource.ts';
import { podLimits, podRequests, type ResourceAmounts } from '../resources-of-pod.ts';

const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);
const HUGEPAGES = 'hugepages-';
const REQUESTS = 'requests.';
const LIMITS = 'limits.';

/** `gold.storageclass.storage.k8s.io/requests.storage`: a limit for one storage class. */
const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

const THOUSANDTHS = new Set(['cpu', 'requests.cpu', 'limits.cpu']);

/** An amount of a quota's resource as a quantity. */
export function toQuantity(
  resourceName: string,
  amount: number,
  format: Quantity['format'],
): Quantity {
  const nanoPerUnit = THOUSANDTHS.has(resourceName) ? 1_000_000n : 1_000_000_000n;
  return { nano: BigInt(amount) * nanoPerUnit, format };
}

/** The amount that a quantity says of a quota's resource, rounded up. */
export function toAmount(resourceName: string, quantity: string): number {
  return THOUSANDTHS.has(resourceName) ? quantityMilliValue(quantity) : quantityValue(quantity);
}

/** `count/deployments.apps`: how quotas name the number of objects of a resource. */
export function countName(resource: GroupResource): string {
  return `count/${qualifiedName(resource)}`;
}

/** A resource of somebody's own: `example.com/gpu`. */
function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith(REQUESTS);
}

/** Of a Pod that still counts: what it asks for and is held to. */
export function computeUsage(pod: Pod): ResourceAmounts {
  const usage: ResourceAmounts = { pods: 1 };
  if (!pod.spec) return usage;
  Object.assign(usage, computeNames(podRequests(pod.spec), podLimits(pod.spec)));
  return usage;
}

/** How quotas name what is requested and what is limited. */
export function computeNames(
  requests: Readonly<ResourceAmounts>,
  limits: Readonly<ResourceAmounts>,
): ResourceAmounts {
  const named: ResourceAmounts = {};
  for (const name in requests) {
    const amount = requests[name] as number;
    if (COMPUTE.has(name) || name.startsWith(HUGEPAGES)) named[name] = amount;
    if (COMPUTE.has(name) || name.startsWith(HUGEPAGES) || isExtendedResource(name)) {
      named[`${REQUESTS}${name}`] = amount;
    }
  }
  for (const name in limits) {
    if (COMPUTE.has(name)) named[`${LIMITS}${name}`] = limits[name] as number;
  }
  return named;
}

/** Whether Pods use the resource of this name. */
export function isPodResource(name: string): boolean {
  if (name === 'pods' || name === 'count/pods' || COMPUTE.has(name)) return true;
  if (name.startsWith(LIMITS)) return COMPUTE.has(name.slice(LIMITS.length));
  const isRequest = name.startsWith(REQUESTS);
  const plain = isRequest ? name.slice(REQUESTS.length) : name;
  if (plain.startsWith(HUGEPAGES)) return true;
  return isRequest && (COMPUTE.has(plain) || isExtendedResource(plain));
}

const SERVICE_RESOURCES = new Set([
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'count/services',
]);

export function isServiceResource(name: string): boolean {
  return SERVICE_RESOURCES.has(name);
}

/** Node ports are counted by what is wanted: they are allocated only when the Service is stored. */
export function serviceUsage({ spec = {} }: Service): ResourceAmounts {
  const ports = spec.ports ?? [];
  const usage: ResourceAmounts = {
    'count/services': 1,
    services: 1,
    'services.nodeports': 0,
    'services.loadbalancers': spec.type === 'LoadBalancer' ? 1 : 0,
  };
  const hasPorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (!hasPorts) return usage;
  const isExplicit = spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false;
  usage['services.nodeports'] = isExplicit
    ? ports.filter(({ nodePort }) => nodePort).length
    : ports.length;
  return usage;
}

const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];

export function isClaimResource(name: string): boolean {
  if (name === 'count/persistentvolumeclaims' || CLAIM_RESOURCES.includes(name)) return true;
  return CLAIM_RESOURCES.some((resource) => name.endsWith(`${STORAGE_CLASS_SUFFIX}${resource}`));
}

export function claimUsage(claim: PersistentVolumeClaim): ResourceAmounts {
  const storage = storageOf(claim);
  const usage: ResourceAmounts = {
    persistentvolumeclaims: 1,
    'count/persistentvolumeclaims': 1,
    ...(storage === undefined ? {} : { 'requests.storage': storage }),
  };
  const storageClass =
    claim.metadata.annotations?.[CLASS_ANNOTATION] ?? claim.spec?.storageClassName;
  if (!storageClass) return usage;
  const prefix = `${storageClass}${STORAGE_CLASS_SUFFIX}`;
  usage[`${prefix}persistentvolumeclaims`] = 1;
  if (storage !== undefined) usage[`${prefix}requests.storage`] = storage;
  return usage;
}

/** What is asked for, or what is allocated already where an expansion was taken back. */
function storageOf({ spec, status }: PersistentVolumeClaim): number | undefined {
  const wanted = spec?.resources?.requests?.storage;
  if (wanted === undefined) return undefined;
  const allocated = status?.allocatedResources?.storage;
  const isMore = allocated !== undefined && compareQuantities(allocated, wanted) > 0;
  return quantityValue(isMore ? allocated : wanted);
}
