import type { PodSpec } from '../../scheme/generated/types/core-v1.ts';
import { formatQuantity } from '../../scheme/quantity.ts';
import { podLimits, podRequests, type ResourceAmounts } from '../../scheme/resources-of-pod.ts';

type ResourceList = Record<string, string>;

/** What the Pod as a whole asks for and is held to, as a container would say it. */
export function podAmountsOf(spec: PodSpec): {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
} {
  return { requests: toList(podRequests(spec)), limits: toList(podLimits(spec)) };
}

function toList(amounts: ResourceAmounts): ResourceList {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, toText(name, amount)]),
  );
}

function toText(name: string, amount: number): string {
  const isCpu = name === 'cpu';
  const nano = BigInt(amount) * (isCpu ? 1_000_000n : 1_000_000_000n);
  return formatQuantity({ nano, format: isCpu ? 'DecimalSI' : 'BinarySI' });
}
