import type { ApiClient } from '../../src/apiserver/client.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { ClusterCache } from '../../src/scheduler/cluster-cache.ts';
import { diagnose } from '../../src/scheduler/diagnosis.ts';
import type { Profile } from '../../src/scheduler/framework.ts';
import { PlacementTable } from '../../src/scheduler/placement-table.ts';
import { toPodInfo } from '../../src/scheduler/pod-info.ts';
import { createDefaultProfile } from '../../src/scheduler/profile.ts';
import type { WorkloadSelector } from '../../src/scheduler/topology/workload-selectors.ts';
import { buildNode, buildPod, type NodeFields, type PodFields } from './builders.ts';

/** A cluster as the scheduler sees it, without a store: nodes, pods on them, and what a profile says of a new pod. */
export class TestCluster {
  readonly cache = new ClusterCache();
  readonly profile: Profile;

  constructor(
    nodes: readonly NodeFields[],
    {
      workloadSelector = () => undefined,
      createProfile = createDefaultProfile,
    }: { workloadSelector?: WorkloadSelector; createProfile?: typeof createDefaultProfile } = {},
  ) {
    const client = {} as ApiClient;
    this.profile = createProfile({ client, cache: this.cache, workloadSelector });
    for (const fields of nodes) this.cache.setNode(buildNode(fields));
  }

  /** Puts pods on a node. */
  place(nodeName: string, ...pods: readonly PodFields[]): this {
    for (const fields of pods) this.cache.place(toPodInfo(buildPod(fields)), nodeName);
    return this;
  }

  tableFor(fields: PodFields): PlacementTable {
    const pod = toPodInfo(buildPod(fields));
    return new PlacementTable({
      pod,
      profile: this.profile,
      cache: this.cache,
      random: seededRandom(1),
    });
  }

  best(fields: PodFields): string | undefined {
    return this.tableFor(fields).best();
  }

  /** The nodes that can take the pod, sorted. */
  feasible(fields: PodFields): string[] {
    const open = [...this.tableFor(fields).verdicts()].filter(([, rejection]) => !rejection);
    return open.map(([name]) => name).sort();
  }

  /** What a pod that fits nowhere is told. */
  message(fields: PodFields): string {
    const table = this.tableFor(fields);
    const node = table.best();
    return node ? `fits ${node}` : diagnose(this.cache.nodeCount, table.rejections()).message;
  }
}
