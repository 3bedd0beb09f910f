/** Resources of the Pod as a whole, filled from those of its containers. */
import type { PodSpec, ResourceRequirements } from '../../../generated/types/core-v1.ts';
import { canonicalQuantity, formatWhole } from '../../../quantity.ts';
import { containerAmounts } from '../../../resources-of-pod.ts';
import { isHugePages, isOvercommitAllowed, isPodLevelResource } from './resource-names.ts';

type ResourceList = Record<string, string>;

const isSet = (list: ResourceList | undefined): list is ResourceList =>
  list !== undefined && Object.keys(list).length > 0;

/** Runs after the containers' own defaults, which it sums up. */
export function applyPodLevelDefaults(spec: PodSpec, resources: ResourceRequirements): void {
  if (!isSet(resources.limits) && !isSet(resources.requests)) return;
  const limits = fillHugePageLimits(spec, resources);
  const requests = isSet(limits)
    ? fillRequests(spec, resources.requests, limits)
    : resources.requests;
  const filled = isSet(limits) ? limits : fillLimits(spec, limits);
  if (isSet(requests)) resources.requests = requests;
  if (isSet(filled)) resources.limits = filled;
}

function fillHugePageLimits(
  spec: PodSpec,
  { limits, requests }: ResourceRequirements,
): ResourceList | undefined {
  const filled = { ...limits };
  const sums = containerAmounts(spec, 'limits');
  for (const name in sums) {
    if (!isHugePages(name) || requests?.[name] !== undefined) continue;
    filled[name] ??= amountText(name, sums[name] as number);
  }
  return filled;
}

/** What containers ask for, or else the limit. */
function fillRequests(
  spec: PodSpec,
  requests: ResourceList | undefined,
  limits: ResourceList,
): ResourceList {
  const filled = { ...requests };
  const sums = containerAmounts(spec, 'requests');
  for (const name in sums) {
    if (!isPodLevelResource(name) || !isOvercommitAllowed(name)) continue;
    filled[name] ??= amountText(name, sums[name] as number);
  }
  for (const name in limits) {
    if (isPodLevelResource(name)) filled[name] ??= limits[name] as string;
  }
  return filled;
}

/** The sum of the containers' limits, for a resource that each of them limits. */
function fillLimits(spec: PodSpec, limits: ResourceList | undefined): ResourceList {
  const filled = { ...limits };
  const sums = containerAmounts(spec, 'limits');
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  for (const name in sums) {
    if (!isPodLevelResource(name) || !isOvercommitAllowed(name)) continue;
    if (!containers.every(({ resources }) => resources?.limits?.[name] !== undefined)) continue;
    filled[name] ??= amountText(name, sums[name] as number);
  }
  return filled;
}

function amountText(name: string, amount: number): string {
  if (name === 'cpu') return canonicalQuantity(`${amount}m`);
  return formatWhole(amount);
}
