import { toError } from '../../lib/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  SchedulingSimulation,
  SimulatedObstacle,
  SimulatedPlacement,
  SimulationEnd,
} from '../../scheme/scheduling/simulation.ts';
import { toVictim } from '../decisions/decision-recorder.ts';
import { countOnce, type Diagnosis, diagnose, diagnoseRefusal } from '../diagnosis.ts';
import { chooseWithExtenders } from '../extenders/choose-with-extenders.ts';
import { reviewByExtenders } from '../extenders/preempt-with-extenders.ts';
import { DEFAULT_SCHEDULER_NAME, type NodeRejection, type PostFilterResult } from '../framework.ts';
import type { PlacementTable } from '../placement-table.ts';
import { schedulingGates } from '../plugins/scheduling-gates.ts';
import { type PodInfo, toPodInfo } from '../pod-info.ts';
import type { ProfileRunner } from '../profile-runner.ts';
import type { Pace } from './pace.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

export interface Question {
  readonly pod: Pod;
  readonly count: number;
  readonly signal?: AbortSignal | undefined;
}

interface Placed {
  readonly info: PodInfo;
  readonly nodeName: string;
}

/**
 * Places one copy of the pod after the other, each beside those before it, until one finds no node. What was placed is taken
 * away again. The cost grows with the copies, not with the pods that are there.
 */
export async function simulate(
  cluster: SimulatedCluster,
  { count, pod, signal }: Question,
  pace: Pace,
): Promise<Omit<SchedulingSimulation, 'durationMs'>> {
  const schedulerName = pod.spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME;
  const runner = cluster.runnerOf(schedulerName);
  const trial = new Trial(cluster, runner);
  try {
    const stop = await trial.placeAll(pod, count, { pace, signal });
    const { end, obstacle } = stop;
    return {
      schedulerName,
      count,
      fits: trial.placed.length,
      end,
      placements: countByNode(trial.placed),
      ...(obstacle ? { obstacle } : {}),
      nodes: cluster.cache.nodeCount,
    };
  } finally {
    trial.takeBack();
  }
}

interface Stop {
  readonly end: SimulationEnd;
  readonly obstacle?: SimulatedObstacle;
}

class Trial {
  readonly placed: Placed[] = [];
  readonly #cluster: SimulatedCluster;
  readonly #runner: ProfileRunner;

  constructor(cluster: SimulatedCluster, runner: ProfileRunner) {
    this.#cluster = cluster;
    this.#runner = runner;
  }

  async placeAll(
    pod: Pod,
    count: number,
    { pace, signal }: { readonly pace: Pace; readonly signal: AbortSignal | undefined },
  ): Promise<Stop> {
    const gate = this.#gateOf(pod);
    if (gate) return { end: 'NoNodeFits', obstacle: { message: gate, reasons: [] } };
    for (let number = 0; number < count; number++) {
      if (pace.isOver) return { end: 'TimeLimit' };
      signal?.throwIfAborted();
      const obstacle = await this.#placeOne(toPodInfo(copyOf(pod, number)));
      if (obstacle) return { end: 'NoNodeFits', obstacle };
      if (pace.isDue()) await pace.rest();
    }
    return { end: 'AllFit' };
  }

  takeBack(): void {
    for (const { info, nodeName } of this.placed.reverse()) this.#remove(info, nodeName);
  }

  /** Gates alone: other plugins that see pods before the queue may begin to watch them. */
  #gateOf(pod: Pod): string | undefined {
    const isGating = ({ name }: { name: string }) => name === schedulingGates.name;
    const gates = this.#runner.profile.plugins.find(isGating);
    return gates?.preEnqueue?.(pod);
  }

  async #placeOne(info: PodInfo): Promise<SimulatedObstacle | undefined> {
    const table = this.#runner.tables.tableFor(info);
    const extenders = this.#cluster.extenders.filter((extender) => extender.isInterested(info));
    if (extenders.length === 0) {
      const nodeName = this.#runner.best(table);
      if (nodeName !== undefined) return this.#put(info, nodeName);
      return this.#obstacle(table, this.#runner.postFilter(info, table), []);
    }
    const { cache, logger } = this.#cluster;
    try {
      const shared = { extenders, cache, logger };
      const ranked = this.#runner.ranked(table);
      const choice = await chooseWithExtenders({ pod: info, ranked, ...shared });
      const { nodeName, rejections } = choice;
      if (nodeName !== undefined) return this.#put(info, nodeName);
      const review = reviewByExtenders(shared);
      const room = await this.#runner.reviewedPostFilter(info, table, review);
      return this.#obstacle(table, room, rejections);
    } catch (thrown) {
      return { message: toError(thrown).message, reasons: [] };
    }
  }

  #put(info: PodInfo, nodeName: string): SimulatedObstacle | undefined {
    this.#cluster.cache.place(info, nodeName);
    try {
      this.#runner.reserve(info, nodeName);
    } catch (thrown) {
      this.#remove(info, nodeName);
      return { message: toError(thrown).message, reasons: [] };
    }
    this.placed.push({ info, nodeName });
    return undefined;
  }

  #remove(info: PodInfo, nodeName: string): void {
    this.#runner.unreserve(info, nodeName);
    this.#cluster.cache.removePod(info.uid);
  }

  #obstacle(
    table: PlacementTable,
    room: PostFilterResult | undefined,
    byExtenders: readonly NodeRejection[],
  ): SimulatedObstacle {
    const { message, reasons } = this.#diagnose(table, byExtenders);
    const { nominate, victims } = room ?? {};
    return {
      message: [message, room?.message].filter(Boolean).join(' '),
      reasons,
      ...(nominate && victims
        ? { preemption: { nodeName: nominate, victims: victims.map(toVictim) } }
        : {}),
    };
  }

  #diagnose(table: PlacementTable, byExtenders: readonly NodeRejection[]): Diagnosis {
    const { nodeCount } = this.#cluster.cache;
    const { refusal } = table.plan;
    if (refusal) return diagnoseRefusal(nodeCount, refusal);
    return diagnose(nodeCount, [...table.rejections(), ...countOnce(byExtenders)]);
  }
}

/** Each copy is a pod of its own, with a name that no other has. */
function copyOf(pod: Pod, number: number): Pod {
  const name = `${pod.metadata.name}-${number}`;
  return { ...pod, metadata: { ...pod.metadata, name, uid: `simulated/${name}` } };
}

function countByNode(placed: readonly Placed[]): readonly SimulatedPlacement[] {
  const counts = new Map<string, number>();
  for (const { nodeName } of placed) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
  return [...counts]
    .map(([nodeName, count]) => ({ nodeName, count }))
    .sort((a, b) => b.count - a.count || (a.nodeName < b.nodeName ? -1 : 1));
}
