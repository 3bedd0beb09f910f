/**
 * What a Pod asks of a node and of a quota: its containers, init containers, sidecars and overhead in one sum.
 */
import type { Container, PodSpec, ResourceRequirements } from './generated/types/core-v1.ts';
import { compareQuantities, quantityMilliValue, quantityValue } from './quantity.ts';

/** Amounts by resource name: CPU in thousandths of a core, everything else in whole units (bytes, counts). */
export type ResourceAmounts = Record<string, number>;

type ResourceList = Readonly<Record<string, string>>;

/** The amounts of a resource list, rounded up. @throws {QuantityError} */
export function amountsOf(list: ResourceList | undefined): ResourceAmounts {
  const amounts: ResourceAmounts = {};
  for (const name in list) amounts[name] = amountOf(name, list[name] as string);
  return amounts;
}

/** One amount in the unit of its resource, rounded up. @throws {QuantityError} */
export function amountOf(resourceName: string, quantity: string): number {
  return resourceName === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
}

/** Adds `more` to `sum`, in place. */
export function addAmounts(sum: ResourceAmounts, more: Readonly<ResourceAmounts>): void {
  for (const name in more) sum[name] = (sum[name] ?? 0) + (more[name] as number);
}

/** Takes `less` from `sum`, in place. */
export function subtractAmounts(sum: ResourceAmounts, less: Readonly<ResourceAmounts>): void {
  for (const name in less) sum[name] = (sum[name] ?? 0) - (less[name] as number);
}

/** Raises each amount of `highest` to the one of `other`, in place. */
function raiseAmounts(highest: ResourceAmounts, other: Readonly<ResourceAmounts>): void {
  for (const name in other) {
    const amount = other[name] as number;
    if (amount > (highest[name] ?? 0) || highest[name] === undefined) highest[name] = amount;
  }
}

/** An init container that keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * What the Pod asks for. Containers and sidecars run together and add up; the other init containers run one after
 * another before them, each beside the sidecars that started earlier, so that only the largest counts. Pod-level requests
 * stand in place of the sum; the overhead comes on top.
 *
 * @param assumed Counted for a container that asks for none of a resource. @default nothing
 */
export function podRequests(spec: PodSpec, assumed: ResourceAmounts = {}): ResourceAmounts {
  return podAmounts(spec, 'requests', assumed);
}

/** What the Pod is held to, by the same rules. A resource that a container does not limit is not limited for its part. */
export function podLimits(spec: PodSpec): ResourceAmounts {
  return podAmounts(spec, 'limits');
}

type Bound = keyof Pick<ResourceRequirements, 'requests' | 'limits'>;

function podAmounts(spec: PodSpec, bound: Bound, assumed?: ResourceAmounts): ResourceAmounts {
  const amounts = containerAmounts(spec, bound, assumed);
  const podLevel = spec.resources?.[bound];
  if (podLevel) Object.assign(amounts, amountsOf(podLevel));
  if (spec.overhead) addOverhead(amounts, amountsOf(spec.overhead), bound);
  return amounts;
}

/** Overhead raises limits only where there are any. */
function addOverhead(amounts: ResourceAmounts, overhead: ResourceAmounts, bound: Bound): void {
  for (const name in overhead) {
    if (bound === 'limits' && !amounts[name]) continue;
    amounts[name] = (amounts[name] ?? 0) + (overhead[name] as number);
  }
}

/** The sum over containers, without pod-level resources and overhead. */
export function containerAmounts(
  spec: PodSpec,
  bound: Bound,
  assumed?: ResourceAmounts,
): ResourceAmounts {
  const amountsIn = ({ resources }: Container): ResourceAmounts => ({
    ...assumed,
    ...amountsOf(resources?.[bound]),
  });
  const running: ResourceAmounts = {};
  for (const container of spec.containers) addAmounts(running, amountsIn(container));
  if (!spec.initContainers?.length) return running;
  const sidecars: ResourceAmounts = {};
  const starting: ResourceAmounts = {};
  for (const container of spec.initContainers) {
    const own = amountsIn(container);
    if (isSidecar(container)) {
      addAmounts(sidecars, own);
      raiseAmounts(starting, sidecars);
    } else {
      addAmounts(own, sidecars);
      raiseAmounts(starting, own);
    }
  }
  addAmounts(running, sidecars);
  raiseAmounts(running, starting);
  return running;
}

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed';

const QOS_RESOURCES = ['cpu', 'memory'] as const;

/**
 * The quality of service that the kubelet gives the Pod: Guaranteed when every container limits CPU and memory and asks
 * for just that, BestEffort when none asks for or limits anything, Burstable otherwise.
 */
export function qosClassOf(spec: PodSpec): QosClass {
  const parts: readonly (ResourceRequirements | undefined)[] = spec.resources
    ? [spec.resources]
    : [...spec.containers, ...(spec.initContainers ?? [])].map(({ resources }) => resources);
  if (!parts.some(namesAny)) return 'BestEffort';
  return parts.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const isPositive = (quantity: string | undefined): quantity is string =>
  quantity !== undefined && compareQuantities(quantity, '0') > 0;

function namesAny(resources: ResourceRequirements | undefined): boolean {
  if (!resources) return false;
  return QOS_RESOURCES.some(
    (name) => isPositive(resources.limits?.[name]) || isPositive(resources.requests?.[name]),
  );
}

function isGuaranteed(resources: ResourceRequirements | undefined): boolean {
  return QOS_RESOURCES.every((name) => {
    const limit = resources?.limits?.[name];
    if (!isPositive(limit)) return false;
    const request = resources?.requests?.[name];
    return request === undefined || compareQuantities(request, limit) === 0;
  });
}
