/**
 * Which Pods a kubelet ends so that a critical one, which is bound to its node already, finds room. The scheduler has its own
 * preemption: this is for Pods that come without it, static ones above all. Pure.
 */
import type { Pod } from '../scheme/generated/types/core-v1.ts';
import { podRequests, qosClassOf, type ResourceAmounts } from '../scheme/resources-of-pod.ts';
import { isCritical } from './eviction/pressures.ts';
import { grantedSpec } from './granted-resources.ts';

/** How much of which resource is missing. */
export type Missing = Readonly<ResourceAmounts>;

/** Whom the kubelet gives up last is here last. */
const QOS_ORDER = ['BestEffort', 'Burstable', 'Guaranteed'] as const;

/**
 * The Pods whose end frees what is missing; undefined when the end of all would not. Guaranteed Pods go only where all others
 * are too few, Burstable ones where the BestEffort ones are, and of each as few as possible.
 */
export function podsToPreempt(
  pod: Pod,
  neighbours: readonly Pod[],
  missing: Missing,
): readonly Pod[] | undefined {
  const candidates = neighbours.filter((other) => mayPreempt(pod, other));
  if (!isEmpty(without(missing, candidates))) return undefined;
  const byClass = QOS_ORDER.map((qosClass) =>
    candidates.filter(({ spec }) => (spec ? qosClassOf(spec) : 'BestEffort') === qosClass),
  );
  const [bestEffort = [], burstable = [], guaranteed = []] = byClass;
  const last = fewest(guaranteed, without(missing, [...bestEffort, ...burstable]));
  const middle = fewest(burstable, without(missing, [...bestEffort, ...last]));
  const first = fewest(bestEffort, without(missing, [...middle, ...last]));
  return [...first, ...middle, ...last];
}

function mayPreempt(pod: Pod, other: Pod): boolean {
  if (!isCritical(other)) return true;
  return (pod.spec?.priority ?? 0) > (other.spec?.priority ?? 0);
}

/** Takes again and again the Pod that comes nearest to what is still missing. */
function fewest(pods: readonly Pod[], missing: Missing): Pod[] {
  const left = [...pods];
  const taken: Pod[] = [];
  let still = missing;
  while (!isEmpty(still) && left.length > 0) {
    const nearest = left.reduce((best, one) => (compare(one, best, still) < 0 ? one : best));
    left.splice(left.indexOf(nearest), 1);
    taken.push(nearest);
    still = without(still, [nearest]);
  }
  return taken;
}

/** Below zero when `one` is nearer to what is missing, or as near and smaller. */
function compare(one: Pod, other: Pod, missing: Missing): number {
  const [a, b] = [requestsOf(one), requestsOf(other)];
  return (
    distance(a, missing) - distance(b, missing) ||
    (a['memory'] ?? 0) - (b['memory'] ?? 0) ||
    (a['cpu'] ?? 0) - (b['cpu'] ?? 0)
  );
}

/** How much of each would still be missing, in parts of what is, so that each resource weighs the same. */
function distance(requests: ResourceAmounts, missing: Missing): number {
  let sum = 0;
  for (const [resource, amount] of Object.entries(missing)) {
    const left = amount - (requests[resource] ?? 0);
    if (left > 0) sum += (left / amount) ** 2;
  }
  return sum;
}

function without(missing: Missing, pods: readonly Pod[]): Missing {
  const left: ResourceAmounts = {};
  const requests = pods.map(requestsOf);
  for (const [resource, amount] of Object.entries(missing)) {
    const freed = requests.reduce((sum, one) => sum + (one[resource] ?? 0), 0);
    if (amount > freed) left[resource] = amount - freed;
  }
  return left;
}

const isEmpty = (missing: Missing): boolean => Object.keys(missing).length === 0;

function requestsOf(pod: Pod): ResourceAmounts {
  const spec = grantedSpec(pod);
  return { ...(spec ? podRequests(spec) : {}), pods: 1 };
}

/** What is missing, in the words of the kubelet. */
export function describeMissing(missing: Missing): string {
  const parts = Object.entries(missing).map(
    ([resource, amount]) => `(res: ${resource}, q: ${amount}), `,
  );
  return `[${parts.join('')}]`;
}
