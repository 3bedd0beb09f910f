/** metrics.k8s.io: what Pods and nodes use, worked out from the caches of Pods and Nodes at each question. */
import type { Clock } from '../../lib/clock.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { metricsNodes, metricsPods } from '../../scheme/groups/metrics/resource-metrics.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { PodBehaviour } from '../../scheme/usage/pod-behaviour.ts';
import { nodeMetrics, podMetrics } from '../../scheme/usage/resource-metrics.ts';
import type { ResourceCache } from '../../store/store.ts';
import type { ComputedResource } from './computed-resource.ts';

/** @param behaviour default: Pods behave as they say themselves */
export function createUsageMetrics(
  clock: Clock,
  behaviour: PodBehaviour | undefined,
): readonly ComputedResource[] {
  return [podUsageMetrics(clock, behaviour), nodeUsageMetrics(clock, behaviour)];
}

function podUsageMetrics(clock: Clock, behaviour: PodBehaviour | undefined): ComputedResource {
  return {
    resource: metricsPods,
    reads: behaviour ? [corePods, coreNodes, behaviour.reads] : [corePods],
    get([pods, nodes, says], namespace, name) {
      const pod = pods?.get(namespace, name) as Pod | undefined;
      return pod && podMetrics(seenBy(behaviour, says, nodes)(pod), clock.now());
    },
    list([pods, nodes, says], namespace) {
      const now = clock.now();
      const seen = seenBy(behaviour, says, nodes);
      return defined(itemsOf<Pod>(pods, namespace), (pod) => podMetrics(seen(pod), now));
    },
  };
}

function nodeUsageMetrics(clock: Clock, behaviour: PodBehaviour | undefined): ComputedResource {
  return {
    resource: metricsNodes,
    reads: behaviour ? [coreNodes, corePods, behaviour.reads] : [coreNodes, corePods],
    get([nodes, pods, says], _namespace, name) {
      const node = nodes?.get('', name) as Node | undefined;
      const isOnNode = ({ spec }: Pod): boolean => spec?.nodeName === name;
      const onNode = itemsOf<Pod>(pods)
        .filter(isOnNode)
        .map(seenBy(behaviour, says, nodes));
      return node && nodeMetrics(node, onNode, clock.now());
    },
    list([nodes, pods, says]) {
      const now = clock.now();
      const byNode = podsByNode(itemsOf<Pod>(pods).map(seenBy(behaviour, says, nodes)));
      return defined(itemsOf<Node>(nodes), (node) =>
        nodeMetrics(node, byNode.get(node.metadata.name ?? '') ?? [], now),
      );
    },
  };
}

function seenBy(
  behaviour: PodBehaviour | undefined,
  says: ResourceCache | undefined,
  nodes: ResourceCache | undefined,
): (pod: Pod) => Pod {
  const objects = itemsOf<ApiObject>(says);
  if (!behaviour || objects.length === 0) return (pod) => pod;
  return (pod) =>
    behaviour.seen(pod, nodes?.get('', pod.spec?.nodeName ?? '') as Node | undefined, objects);
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
