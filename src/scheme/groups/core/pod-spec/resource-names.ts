/** What kinds of resources there are, by name. */
import { qualifiedNameProblems } from '../../../names.ts';

const HUGE_PAGES = 'hugepages-';

const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const INTEGER_RESOURCES = new Set(COUNTED);

const STANDARD_RESOURCES = new Set([
  ...COUNTED,
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);

/** Standard resources that quotas do not count: a claim's size is counted as `requests.storage`. */
const NOT_COUNTED = new Set(['storage']);

export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES);

/** The size of one huge page, as a quantity: the part after `hugepages-`. */
export const hugePageSize = (name: string): string => name.slice(HUGE_PAGES.length);

export const isStandardResource = (name: string): boolean =>
  STANDARD_RESOURCES.has(name) || isHugePages(name) || name.startsWith(`requests.${HUGE_PAGES}`);

export const isStandardContainerResource = (name: string): boolean =>
  CONTAINER_RESOURCES.has(name) || isHugePages(name);

/** A resource of Kubernetes itself: without a domain, or in kubernetes.io. */
export const isNativeResource = (name: string): boolean =>
  !name.includes('/') || name.includes('kubernetes.io/');

/** Whether a node may promise more of it than it has, so that requests may be below limits. */
export const isOvercommitAllowed = (name: string): boolean =>
  isNativeResource(name) && !isHugePages(name);

/** A resource that some vendor's device plugin counts: `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  return qualifiedNameProblems(`requests.${name}`).length === 0;
}

/** Resources of which there are no fractions. */
export const isIntegerResource = (name: string): boolean =>
  INTEGER_RESOURCES.has(name) || (name.includes('/') && isExtendedResource(name));

/** What may be asked for on the level of the whole Pod. */
export const isPodLevelResource = (name: string): boolean =>
  name === 'cpu' || name === 'memory' || isHugePages(name);

/** What a quota can count by a name without a domain. */
export const isQuotaResource = (name: string): boolean =>
  isStandardResource(name) && !NOT_COUNTED.has(name);
