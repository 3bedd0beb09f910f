import { withoutNulls } from '../../../lib/without-nulls.ts';
import { humanDuration } from '../../../scheme/duration.ts';
import type { Node, PodSpec } from '../../../scheme/generated/types/core-v1.ts';
import { formatQuantity, parseQuantity } from '../../../scheme/quantity.ts';
import {
  addAmounts,
  amountOf,
  podLimits,
  podRequests,
  type ResourceAmounts,
} from '../../../scheme/resources-of-pod.ts';
import type { DescribeNodeQuery } from '../../generated/operations.ts';
import { compareTexts } from '../../output/compare.ts';
import type { Description } from '../description.ts';

type PodOfNode = NonNullable<NonNullable<DescribeNodeQuery['core']['v1']['node']>['pods']>[number];

export interface PodsOfNodeOptions {
  readonly node: Node;
  readonly pods: readonly PodOfNode[];
  readonly nowMs: number;
}

const ALWAYS_SHOWN = ['cpu', 'memory', 'ephemeral-storage'];

/** The Pods that are not done, with what each asks for, and the sums against what the node has. */
export function describePodsOfNode(
  description: Description,
  { node, pods, nowMs }: PodsOfNodeOptions,
): void {
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
  const running = pods
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .sort((a, b) => compareTexts(keyOf(a), keyOf(b)));
  const sums = { requests: {} as ResourceAmounts, limits: {} as ResourceAmounts };
  description.field(0, 'Non-terminated Pods', `(${running.length} in total)`);
  description.line(
    1,
    'Namespace',
    'Name',
    'CPU Requests',
    'CPU Limits',
    'Memory Requests',
    'Memory Limits',
    'Age',
  );
  description.line(
    1,
    '---------',
    '----',
    '------------',
    '----------',
    '---------------',
    '-------------',
    '---',
  );
  for (const pod of running) {
    const { requests, limits } = amountsOf(pod);
    addAmounts(sums.requests, requests);
    addAmounts(sums.limits, limits);
    const share = (resource: string, amounts: ResourceAmounts): string =>
      withShare(resource, amounts[resource] ?? 0, allocatable[resource]);
    const age = humanDuration(nowMs - Date.parse(pod.metadata.creationTimestamp ?? ''));
    description.line(
      1,
      pod.metadata.namespace ?? '',
      pod.metadata.name ?? '',
      share('cpu', requests),
      share('cpu', limits),
      share('memory', requests),
      share('memory', limits),
      age,
    );
  }
  describeSums(description, allocatable, sums);
}

function keyOf({ metadata }: PodOfNode): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function amountsOf({ spec }: PodOfNode): { requests: ResourceAmounts; limits: ResourceAmounts } {
  // The answer has null where the object has nothing.
  const podSpec = withoutNulls(spec) as PodSpec | undefined;
  if (!podSpec) return { requests: {}, limits: {} };
  return { requests: podRequests(podSpec), limits: podLimits(podSpec) };
}

function describeSums(
  description: Description,
  allocatable: Readonly<Record<string, string>>,
  { requests, limits }: { requests: ResourceAmounts; limits: ResourceAmounts },
): void {
  description.line(0, 'Allocated resources:');
  description.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  description.line(1, 'Resource', 'Requests', 'Limits').line(1, '--------', '--------', '------');
  const others = Object.keys(allocatable)
    .filter((resource) => !ALWAYS_SHOWN.includes(resource) && resource !== 'pods')
    .sort(compareTexts);
  for (const resource of [...ALWAYS_SHOWN, ...others]) {
    const share = (amounts: ResourceAmounts): string =>
      withShare(resource, amounts[resource] ?? 0, allocatable[resource]);
    description.line(1, resource, share(requests), share(limits));
  }
}

/** `500m (12%)` of what the node has. */
function withShare(resource: string, amount: number, total: string | undefined): string {
  const whole = total === undefined ? 0 : amountOf(resource, total);
  const percent = whole === 0 ? 0 : Math.trunc((amount * 100) / whole);
  return `${formatAmount(resource, amount)} (${percent}%)`;
}

/** An amount in the units that people write: `250m`, `64Mi`. */
function formatAmount(resource: string, amount: number): string {
  if (amount === 0) return '0';
  if (resource === 'cpu') return formatQuantity(parseQuantity(`${amount}m`));
  const isBytes =
    resource === 'memory' || resource.endsWith('storage') || resource.startsWith('hugepages-');
  return isBytes ? formatBytes(amount) : String(amount);
}

function formatBytes(bytes: number): string {
  const suffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
  let value = bytes;
  let power = 0;
  while (value % 1024 === 0 && power < suffixes.length - 1) {
    value /= 1024;
    power++;
  }
  return `${value}${suffixes[power]}`;
}
