import type { GraphqlClient } from '../../test/support/graphql-client.ts';
import { NAMESPACE } from './cluster.ts';

/** Where the time of a move goes, read afterwards from what the objects say of themselves: whole seconds, and free of cost. */

const READ_ALL = `
  query Moved($namespace: String!) {
    core { v1 {
      nodes(limit: 0) { items { status { conditions { type status lastTransitionTime } } spec { taints { key effect timeAdded } } } }
      pods(namespace: $namespace, limit: 0) {
        items {
          metadata { creationTimestamp deletionTimestamp }
          status { conditions { type status lastTransitionTime } }
        }
      }
    } }
  }`;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string | null;
}

interface MovedNode {
  readonly status: { readonly conditions: readonly Condition[] | null } | null;
  readonly spec: {
    readonly taints:
      | readonly {
          readonly key: string;
          readonly effect: string;
          readonly timeAdded: string | null;
        }[]
      | null;
  } | null;
}

interface MovedPod {
  readonly metadata: {
    readonly creationTimestamp: string;
    readonly deletionTimestamp: string | null;
  };
  readonly status: { readonly conditions: readonly Condition[] | null } | null;
}

interface Moved {
  readonly core: {
    readonly v1: {
      readonly nodes: { readonly items: readonly MovedNode[] };
      readonly pods: { readonly items: readonly MovedPod[] };
    };
  };
}

/** A line a phase: how many objects, and how many seconds after the outage the first, the middle and the last of them was there. */
export async function describePhases(client: GraphqlClient, diedMs: number): Promise<string[]> {
  const { core } = await client.request<Moved>(READ_ALL, { namespace: NAMESPACE });
  const dead = core.v1.nodes.items.filter(({ status }) =>
    status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'Unknown'),
  );
  const isNew = ({ metadata }: MovedPod): boolean => metadata.deletionTimestamp === null;
  const old = core.v1.pods.items.filter((pod) => !isNew(pod));
  const moved = core.v1.pods.items.filter(isNew);
  const phases: [string, (string | null | undefined)[]][] = [
    ['nodes Unknown', dead.map(({ status }) => transition(status?.conditions, 'Ready'))],
    ['nodes marked for eviction', dead.map(unreachableSince)],
    ['Pods not ready', old.map(({ status }) => transition(status?.conditions, 'Ready'))],
    ['Pods evicted', old.map(({ status }) => transition(status?.conditions, 'DisruptionTarget'))],
    ['Pods made anew', moved.map(({ metadata }) => metadata.creationTimestamp)],
    ['Pods bound', moved.map(({ status }) => transition(status?.conditions, 'PodScheduled'))],
    ['Pods Ready', moved.map(({ status }) => transition(status?.conditions, 'Ready'))],
  ];
  return phases.map(([name, times]) => `${name}: ${describeTimes(times, diedMs)}`);
}

function transition(
  conditions: readonly Condition[] | null | undefined,
  wanted: string,
): string | null | undefined {
  return conditions?.find(({ type }) => type === wanted)?.lastTransitionTime;
}

function unreachableSince({ spec }: MovedNode): string | null | undefined {
  return spec?.taints?.find(
    ({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute',
  )?.timeAdded;
}

function describeTimes(times: readonly (string | null | undefined)[], diedMs: number): string {
  const seconds = times
    .flatMap((time) => (time ? [(Date.parse(time) - diedMs) / 1_000] : []))
    .sort((a, b) => a - b);
  const at = (share: number): string =>
    `${seconds[Math.floor(share * (seconds.length - 1))]?.toFixed(0) ?? '-'} s`;
  return `${seconds.length}, after ${at(0)}, ${at(0.5)}, ${at(1)}`;
}
