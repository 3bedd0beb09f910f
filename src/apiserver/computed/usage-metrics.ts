/** metrics.k8s.io: what Pods and nodes use, worked out from the caches of Pods and Nodes at each question. */
import type { Clock } from '../../lib/clock.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { metricsNodes, metricsPods } from '../../scheme/groups/metrics/resource-metrics.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { nodeMetrics, podMetrics } from '../../scheme/usage/resource-metrics.ts';
import type { ResourceCache } from '../../store/store.ts';
import type { ComputedResource } from './computed-resource.ts';

export function createUsageMetrics(clock: Clock): readonly ComputedResource[] {
  return [podUsageMetrics(clock), nodeUsageMetrics(clock)];
}

function podUsageMetrics(clock: Clock): ComputedResource {
  return {
    resource: metricsPods,
    reads: [corePods],
    get([pods], namespace, name) {
      const pod = pods?.get(namespace, name) as Pod | undefined;
      return pod && podMetrics(pod, clock.now());
    },
    list([pods], namespace) {
      const now = clock.now();
      return defined(itemsOf<Pod>(pods, namespace), (pod) => podMetrics(pod, now));
    },
  };
}

function nodeUsageMetrics(clock: Clock): ComputedResource {
  return {
    resource: metricsNodes,
    reads: [coreNodes, corePods],
    get([nodes, pods], _namespace, name) {
      const node = nodes?.get('', name) as Node | undefined;
      const isOnNode = ({ spec }: Pod): boolean => spec?.nodeName === name;
      return node && nodeMetrics(node, itemsOf<Pod>(pods).filter(isOnNode), clock.now());
    },
    list([nodes, pods]) {
      const now = clock.now();
      const byNode = podsByNode(itemsOf<Pod>(pods));
      return defined(itemsOf<Node>(nodes), (node) =>
        nodeMetrics(node, byNode.get(node.metadata.name ?? '') ?? [], now),
      );
    },
  };
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = pod.spec?.nodeName ?? '';
    const known = byNode.get(name);
    if (known) known.push(pod);
    else byNode.set(name, [pod]);
  }
  return byNode;
}

function itemsOf<T extends ApiObject>(
  cache: ResourceCache | undefined,
  namespace?: string,
): readonly T[] {
  return (cache?.list(namespace).items ?? []) as readonly T[];
}

function defined<T, U>(items: readonly T[], change: (item: T) => U | undefined): readonly U[] {
  return items.flatMap((item) => {
    const changed = change(item);
    return changed === undefined ? [] : [changed];
  });
}
