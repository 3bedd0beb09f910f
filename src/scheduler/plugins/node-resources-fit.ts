import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { amountsOf, type ResourceAmounts } from '../../scheme/resources-of-pod.ts';
import type { DeviceState } from '../devices/device-state.ts';
import type { Plugin, Refusal } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { type PodInfo, toPodInfo } from '../pod-info.ts';
import {
  createResourceScorer,
  DEFAULT_STRATEGY,
  type ScoringStrategy,
} from '../resources/scoring-strategy.ts';

export const REASON_TOO_MANY_PODS = 'Too many pods';

const TOO_MANY_PODS: Refusal = { reasons: [REASON_TOO_MANY_PODS] };

export function insufficient(resource: string): string {
  return `Insufficient ${resource}`;
}

export interface NodeResourcesFitOptions {
  /** Extended resources that others look after. @default none */
  readonly ignoredResources?: readonly string[];
  /** Extended resources of these groups (`example.com`) are left to others. @default none */
  readonly ignoredResourceGroups?: readonly string[];
  /** Devices that stand for an extended resource where a node has none of it. @default none */
  readonly devices?: Pick<DeviceState, 'classesByResource' | 'version'>;
  /** @default least allocated of CPU and memory */
  readonly scoringStrategy?: ScoringStrategy;
}

/**
 * Room for the pod's requests: CPU, memory, ephemeral storage, the number of pods, extended resources. Scores by what
 * would be left, by default the emptier the better.
 */
export function createNodeResourcesFit({
  ignoredResources = [],
  ignoredResourceGroups = [],
  scoringStrategy = DEFAULT_STRATEGY,
  devices,
}: NodeResourcesFitOptions = {}): Plugin {
  const isOfDevices: ResourceTest = (name) => devices?.classesByResource.has(name) ?? false;
  const score = createResourceScorer(scoringStrategy);
  const isIgnored = (name: string) =>
    ignoredResources.includes(name) ||
    (name.includes('/') && ignoredResourceGroups.includes(name.slice(0, name.indexOf('/'))));
  return {
    name: 'NodeResourcesFit',
    sign: (pod) =>
      Object.keys(pod.requests).some(isOfDevices)
        ? [signRequests(pod), devices?.version]
        : signRequests(pod),
    preFilter(pod) {
      const wanted = Object.entries(pod.requests).filter(
        // Nothing wanted is never lacking, not even on a node that is over-committed.
        ([name, amount]) => amount > 0 && !isIgnored(name),
      );
      return { filter: (node) => shortage(wanted, node, isOfDevices) };
    },
    preScore: (pod) => ({ score: (node) => score(pod, node) }),
    helpedBy: [
      'node-added',
      'node-updated',
      'assigned-pod-updated',
      'assigned-pod-removed',
      'devices-changed',
    ],
    couldHelp(event, pod) {
      if (event.type === 'devices-changed') return Object.keys(pod.requests).some(isOfDevices);
      if (event.type === 'node-updated') return gainsRoom(event.before, event.node);
      if (event.type === 'assigned-pod-updated') return givesRoom(event.before, event.pod, pod);
      return true;
    },
  };
}

/** The part of a pod that resource plugins read, as a value that encodes to JSON. */
export function signRequests({ requests, scoredRequests }: PodInfo): unknown {
  return [requests, scoredRequests];
}

type ResourceTest = (name: string) => boolean;

function shortage(
  wanted: readonly (readonly [string, number])[],
  node: NodeInfo,
  isOfDevices: ResourceTest,
): Refusal | undefined {
  const { allocatable, requested } = node;
  const isFull = node.podCount + 1 > (allocatable.pods ?? 0);
  let short: string[] | undefined;
  let isUnresolvable = false;
  for (const [name, amount] of wanted) {
    const capacity = allocatable[name] ?? 0;
    if (amount <= capacity - (requested[name] ?? 0)) continue;
    // DynamicResources says whether there are devices instead.
    if (capacity === 0 && isOfDevices(name)) continue;
    short ??= isFull ? [REASON_TOO_MANY_PODS] : [];
    short.push(insufficient(name));
    // Not even the empty node would do.
    if (amount > capacity) isUnresolvable = true;
  }
  if (short) return { reasons: short, isUnresolvable };
  return isFull ? TOO_MANY_PODS : undefined;
}

function gainsRoom(before: Node, after: Node): boolean {
  const was = amountsOf(before.status?.allocatable);
  const is = amountsOf(after.status?.allocatable);
  return Object.entries(is).some(([name, amount]) => amount > (was[name] ?? 0));
}

type PodObject = PodInfo['pod'];

/** Whether a pod was resized to take less of something that `waiting` wants. */
function givesRoom(before: PodObject, after: PodObject, waiting: PodInfo): boolean {
  const was = toPodInfo(before).requests;
  const is: ResourceAmounts = toPodInfo(after).requests;
  return Object.keys(waiting.requests).some((name) => (is[name] ?? 0) < (was[name] ?? 0));
}
