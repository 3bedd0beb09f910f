import { describe, expect, test } from '@jest/globals';
import { podsByNode } from '../../../../src/controllers/daemonset/daemon-pods.ts';
import { createNodeJudge } from '../../../../src/controllers/daemonset/eligibility.ts';
import { planDaemonPods } from '../../../../src/controllers/daemonset/plan.ts';
import { planRollingUpdate } from '../../../../src/controllers/daemonset/rolling-update.ts';
import { computeDaemonSetStatus } from '../../../../src/controllers/daemonset/status.ts';
import type { RollingUpdateDaemonSet } from '../../../../src/scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';
import { storedDaemonSet } from '../../../support/workloads.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

/** A cluster in short: `n` is a Pod of the present template, `o` an old one; upper case is available, `!` failed, `-` going, `?` done. */
type Cluster = Readonly<Record<string, string>>;

const NOTES: Readonly<Record<string, string>> = { '!': 'Failed', '?': 'Succeeded' };

function podsOn(nodeName: string, code: string): readonly Pod[] {
  return [...code.matchAll(/([no])([!?-]?)/gi)].map(([, letter = '', mark = ''], index) => {
    const isReady = letter === letter.toUpperCase();
    const pod = buildPod({
      name: `${nodeName}${index}${letter}${mark}`,
      labels: { 'controller-revision-hash': letter.toLowerCase() === 'n' ? 'new' : 'old' },
      spec: { nodeName },
      status: {
        phase: NOTES[mark] ? (NOTES[mark] as 'Failed') : 'Running',
        conditions: [
          {
            type: 'Ready',
            status: isReady ? 'True' : 'False',
            lastTransitionTime: new Date(NOW_MS - 10_000).toISOString(),
          },
        ],
      },
    });
    const created = new Date(NOW_MS - 100_000 + index * 1000).toISOString();
    const deletion = mark === '-' ? { deletionTimestamp: created } : {};
    return { ...pod, metadata: { ...pod.metadata, creationTimestamp: created, ...deletion } };
  });
}

/** Nodes named with a leading `x` take no new Pods, with `z` none at all. */
function nodeOf(name: string): Node {
  const effect = { x: 'NoSchedule', z: 'NoExecute' } as const;
  const taint = effect[name[0] as 'x' | 'z'];
  return buildNode({ name, ...(taint ? { taints: [{ key: 'no', effect: taint }] } : {}) });
}

function inputOf(cluster: Cluster, rollingUpdate: RollingUpdateDaemonSet, minReadySeconds = 0) {
  const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate };
  const daemonSet = storedDaemonSet({ updateStrategy, minReadySeconds });
  return {
    daemonSet,
    nodes: Object.keys(cluster).map(nodeOf),
    judge: createNodeJudge(daemonSet),
    pods: podsByNode(Object.entries(cluster).flatMap(([name, code]) => podsOn(name, code))),
    hash: 'new',
    nowMs: NOW_MS,
  };
}

const names = (pods: readonly Pod[]): readonly (string | undefined)[] =>
  pods.map(({ metadata }) => metadata.name);

const IN_PLACE = { maxUnavailable: 1, maxSurge: 0 };
const SURGE = { maxUnavailable: 0, maxSurge: 1 };

describe('one Pod for each node', () => {
  test.each<[string, Cluster, RollingUpdateDaemonSet, readonly string[], readonly string[]]>([
    ['a node without one gets one', { a: '', b: 'N' }, IN_PLACE, ['a'], []],
    ['a node that takes no new ones gets none', { x: '' }, IN_PLACE, [], []],
    ['a node that takes no new ones keeps its own', { x: 'N' }, IN_PLACE, [], []],
    ['a node that takes none loses it', { z: 'N' }, IN_PLACE, [], ['z0N']],
    ['a Pod that is going is waited for', { a: 'N-' }, IN_PLACE, [], []],
    ['a Pod that is going is not deleted again', { z: 'N-' }, IN_PLACE, [], []],
    ['of two the oldest stays', { a: 'NN' }, IN_PLACE, [], ['a1N']],
    ['an old Pod is the rollout’s', { a: 'O' }, IN_PLACE, [], []],
    ['a failed Pod goes', { a: 'n!' }, IN_PLACE, [], ['a0n!']],
    ['a Pod that is done goes', { a: 'n?' }, IN_PLACE, [], ['a0n?']],
    ['with surging a node of a Pod that is going gets one', { a: 'N-' }, SURGE, ['a'], []],
    ['with surging both stay while the new is not available', { a: 'On' }, SURGE, [], []],
    ['with surging the old goes when it is not ready', { a: 'on' }, SURGE, [], ['a0o']],
    ['with surging the old goes when the new is available', { a: 'ON' }, SURGE, [], ['a0O']],
    ['with surging the rest of each goes', { a: 'OOnn' }, SURGE, [], ['a1O', 'a3n']],
    ['with surging a node that takes no new ones gets none', { x: 'N-' }, SURGE, [], []],
  ])('%s', (_, cluster, rolling, create, remove) => {
    const plan = planDaemonPods({ ...inputOf(cluster, rolling), failedPodDelayMs: () => 0 });
    expect([plan.create, names(plan.remove)]).toEqual([create, remove]);
  });

  test('a failed Pod whose node has failed before stays for a while', () => {
    const failedPodDelayMs = () => 4000;
    const plan = planDaemonPods({ ...inputOf({ a: 'n!' }, IN_PLACE), failedPodDelayMs });
    expect(plan).toEqual({ create: [], remove: [], notes: [], retryInMs: 4000 });
  });

  test('a Pod that was never bound goes when its node does', () => {
    const input = inputOf({ a: 'N' }, IN_PLACE);
    const unbound = buildPod({ name: 'lost' });
    const pods = new Map([...input.pods, ['gone', [unbound, ...podsOn('gone', 'N')]]]);
    const plan = planDaemonPods({ ...input, pods, failedPodDelayMs: () => 0 });
    expect(names(plan.remove)).toEqual(['lost']);
  });
});

describe('the next step of a rolling update', () => {
  test.each<[string, Cluster, RollingUpdateDaemonSet, readonly string[], readonly string[]]>([
    ['one Pod may go', { a: 'O', b: 'O' }, IN_PLACE, [], ['a0O']],
    ['none may while a new one is not available', { a: 'n', b: 'O' }, IN_PLACE, [], []],
    ['none may while a node has none', { a: '', b: 'O' }, IN_PLACE, [], []],
    ['none may while one is going', { a: 'O-', b: 'O' }, IN_PLACE, [], []],
    [
      'what is not available goes at once',
      { a: 'n', b: 'o', c: 'o' },
      IN_PLACE,
      [],
      ['b0o', 'c0o'],
    ],
    ['what is not available counts as such', { a: 'o', b: 'O' }, IN_PLACE, [], ['a0o']],
    [
      'and leaves the rest to others',
      { a: 'o', b: 'O', c: 'O' },
      { maxUnavailable: 2, maxSurge: 0 },
      [],
      ['a0o', 'b0O'],
    ],
    [
      'half of them may go, rounded up',
      { a: 'O', b: 'O', c: 'O' },
      { maxUnavailable: '50%', maxSurge: 0 },
      [],
      ['a0O', 'b0O'],
    ],
    ['limits of nothing allow one', { a: 'O' }, { maxUnavailable: 0, maxSurge: 0 }, [], ['a0O']],
    ['nothing is left to do', { a: 'N', b: 'N' }, IN_PLACE, [], []],
    ['one more Pod may be made', { a: 'O', b: 'O' }, SURGE, ['a'], []],
    ['none may while one surges', { a: 'On', b: 'O' }, SURGE, [], []],
    ['a node without an available Pod gets one at once', { a: 'On', b: 'o' }, SURGE, ['b'], []],
    ['an old Pod goes when the new one is available', { a: 'ON', b: 'O' }, SURGE, ['b'], ['a0O']],
    ['a misplaced Pod stays while others are missing', { x: 'O', a: 'n' }, SURGE, [], []],
    ['a misplaced Pod goes when none is missing', { x: 'O', a: 'N' }, SURGE, [], ['x0O']],
  ])('%s', (_, cluster, rolling, create, remove) => {
    const plan = planRollingUpdate(inputOf(cluster, rolling));
    expect([plan.create, names(plan.remove)]).toEqual([create, remove]);
  });
});

describe('the status of a DaemonSet', () => {
  const status = (cluster: Cluster, minReadySeconds = 0, isObserved = true) =>
    computeDaemonSetStatus({
      ...inputOf(cluster, IN_PLACE, minReadySeconds),
      collisionCount: undefined,
      isObserved,
    });

  test('counts nodes by what their oldest Pod is', () => {
    const cluster = { a: 'N', b: 'O', c: 'n', d: '', x: 'N', y: 'ON', x2: '' };
    expect(status(cluster).status).toEqual({
      desiredNumberScheduled: 5,
      currentNumberScheduled: 4,
      numberMisscheduled: 1,
      numberReady: 3,
      numberAvailable: 3,
      numberUnavailable: 2,
      updatedNumberScheduled: 2,
      observedGeneration: 1,
    });
  });

  test('takes a Pod for available once it has been ready for minReadySeconds', () => {
    const report = status({ a: 'N' }, 30);
    expect(report.status).toMatchObject({ numberReady: 1, numberUnavailable: 1 });
    expect(report.nextAvailableInMs).toBe(20_000);
    expect(status({ a: 'N' }, 10).status).toMatchObject({ numberAvailable: 1 });
  });

  test('does not claim to have observed what has not been acted on', () => {
    expect(status({ a: 'N' }, 0, false).status.observedGeneration).toBeUndefined();
  });
});
