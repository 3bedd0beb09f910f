import { describe, expect, test } from '@jest/globals';
import { DEFAULT_KUBELET_SETTINGS } from '../../../src/kubelet/settings.ts';
import { NO_SOURCES } from '../../../src/kubelet/sources/pod-sources.ts';
import { nextPodStage, type PodContext } from '../../../src/kubelet/stage.ts';
import { POD_STAGES } from '../../../src/kubelet/stages/pod-stages.ts';
import { statusesOf } from '../../../src/kubelet/status/container-slots.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import { findCondition } from '../../../src/scheme/conditions.ts';
import type {
  Container,
  ContainerRestartRule,
  Node,
  Pod,
} from '../../../src/scheme/generated/types/core-v1.ts';

const START_MS = Date.UTC(2026, 5, 1, 12);
const NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: { podCIDR: '10.128.1.0/24' },
  status: { allocatable: { pods: '110' } },
};
const contextAt = (nowMs: number, random: () => number): PodContext => ({
  node: NODE,
  nowMs,
  random,
  settings: DEFAULT_KUBELET_SETTINGS,
  shortage: () => undefined,
  images: { has: () => true, isPreloaded: () => false },
  pullSlowdown: 1,
  pulls: { leftMs: () => 0, waitedMs: () => 0 },
  crash: undefined,
  sources: NO_SOURCES,
  announcedMs: () => undefined,
  neighbours: () => [],
  assignPodIps: () => ['10.128.1.2'],
});

interface Moment {
  readonly atMs: number;
  readonly stage: string;
  readonly pod: Pod;
}

/** The life of the Pod, step by step, until it rests or the time is over. */
function lifeOf(pod: Pod, forMs: number): Moment[] {
  const random = seededRandom(1);
  const moments: Moment[] = [];
  let nowMs = START_MS;
  for (let current = pod; ; ) {
    const planned = nextPodStage(POD_STAGES, current, contextAt(nowMs, random));
    if (!planned || nowMs + planned.delayMs > START_MS + forMs) return moments;
    nowMs += Math.ceil(planned.delayMs);
    const { status } = planned.stage.next(current, contextAt(nowMs, random));
    if (status) current = { ...current, status };
    moments.push({ atMs: nowMs - START_MS, stage: planned.stage.name, pod: current });
  }
}

const RULES: readonly ContainerRestartRule[] = [
  { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } },
];
const container = (name: string, more: object = {}): Container => ({ name, image: name, ...more });
const SOURCE = { restartPolicy: 'Never', restartPolicyRules: [...RULES] };

const podOf = (
  { init = [], main }: { init?: Container[]; main: Container[] },
  annotations: Record<string, string> = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'worker', namespace: 'default', uid: 'u1', annotations },
  spec: { nodeName: 'n1', restartPolicy: 'Never', initContainers: init, containers: main },
});

const countsOf = ({ status }: Pod): Record<string, number> =>
  Object.fromEntries(statusesOf(status).map(({ name, restartCount }) => [name, restartCount]));
const restartingOf = ({ status }: Pod): string | undefined =>
  findCondition(status?.conditions, 'AllContainersRestarting')?.status;
const stagesOf = (life: readonly Moment[]): string[] => life.map(({ stage }) => stage);

const EXIT_42 = (name: string, after: string) => ({
  [`orrery.dev/exit-after.${name}`]: after,
  [`orrery.dev/exit-code.${name}`]: '42',
});

describe('a Pod of which a container ends by a rule that restarts all', () => {
  const pod = podOf(
    {
      init: [container('setup'), container('proxy', { restartPolicy: 'Always' })],
      main: [container('source', SOURCE), container('regular'), container('short')],
    },
    { ...EXIT_42('source', '5m'), 'orrery.dev/exit-after.short': '1s' },
  );
  const life = lifeOf(pod, 6 * 60_000);
  const reset = life.find(({ stage }) => stage === 'pod-restart-all') as Moment;
  const last = life.at(-1) as Moment;

  test('kills and removes every container, also those that had ended, and says so', () => {
    expect(findCondition(reset.pod.status?.conditions, 'AllContainersRestarting')).toMatchObject({
      status: 'True',
      reason: 'RestartAllContainersStarted',
      message: 'container exited with restart policy rule',
    });
    const text = {
      reason: 'RestartingAllContainers',
      message: 'The container is removed because RestartAllContainers in place',
    };
    for (const status of statusesOf(reset.pod.status)) {
      expect(status).toMatchObject({
        ready: false,
        restartCount: 1,
        state: { waiting: text },
        lastState: { terminated: { exitCode: 137, ...text } },
      });
      expect(status.containerID).toBeUndefined();
    }
    expect(reset.pod.status?.phase).toBe('Pending');
  });

  test('stays initialised, and keeps its address', () => {
    expect(findCondition(reset.pod.status?.conditions, 'Initialized')?.status).toBe('True');
    expect(reset.pod.status?.podIP).toBe('10.128.1.2');
    expect(last.pod.status?.podIP).toBe('10.128.1.2');
  });

  test('starts as it did at first: init containers, sidecars, then the others', () => {
    const after = stagesOf(life.slice(life.indexOf(reset) + 1));
    const starts = after.filter((stage) => stage === 'pod-init-start' || stage === 'pod-running');
    expect(starts).toEqual(['pod-init-start', 'pod-init-start', 'pod-running']);
    expect(last.pod.status?.phase).toBe('Running');
    expect(restartingOf(last.pod)).toBe('False');
    expect(countsOf(last.pod)).toEqual({ setup: 1, proxy: 1, source: 1, regular: 1, short: 1 });
  });

  test('says from the start that it does not restart now', () => {
    expect(restartingOf(life[0]?.pod as Pod)).toBe('False');
  });
});

describe('the restart of a whole Pod', () => {
  test.each([
    ['a sidecar', { init: [container('source', { ...SOURCE, restartPolicy: 'Always' })] }],
    ['an init container', { init: [container('first'), container('source', SOURCE)] }],
    ['a main container', {}],
  ])('is also the work of %s', (_title, { init = [] }: { init?: Container[] }) => {
    const main = init.length > 0 ? [container('app')] : [container('source', SOURCE)];
    const life = lifeOf(podOf({ init, main }, EXIT_42('source', '3s')), 5_000);
    expect(stagesOf(life)).toContain('pod-restart-all');
    expect(countsOf((life.at(-1) as Moment).pod).source).toBe(1);
  });

  test('does not count for containers that had not run', () => {
    const init = [container('source', SOURCE)];
    const life = lifeOf(podOf({ init, main: [container('app')] }, EXIT_42('source', '3s')), 4_000);
    const { pod } = life.findLast(({ stage }) => stage === 'pod-restart-all') as Moment;
    expect(countsOf(pod)).toMatchObject({ source: 1 });
    expect(countsOf(pod).app ?? 0).toBe(0);
  });

  test('comes at once, then after 10 s, 20 s and so on, at last every 5 minutes', () => {
    const main = [container('source', SOURCE), container('app')];
    const life = lifeOf(podOf({ main }, EXIT_42('source', '1s')), 40 * 60_000);
    const resets = life.filter(({ stage }) => stage === 'pod-restart-all');
    const waits = resets.map(({ atMs }) => {
      const next = life.find(({ atMs: later, stage }) => stage === 'pod-running' && later > atMs);
      return Math.round(((next?.atMs ?? Number.NaN) - atMs) / 10_000) * 10;
    });
    expect(waits.slice(0, 9)).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('begins anew when the Pod ran for ten minutes', () => {
    const main = [container('source', SOURCE)];
    const life = lifeOf(podOf({ main }, EXIT_42('source', '11m')), 60 * 60_000);
    const resets = life.filter(({ stage }) => stage === 'pod-restart-all');
    expect(resets).toHaveLength(5);
  });

  test('does not come of other exit codes, of which the policy says what follows', () => {
    const main = [container('source', SOURCE)];
    const annotations = { ...EXIT_42('source', '1s'), 'orrery.dev/exit-code.source': '1' };
    const life = lifeOf(podOf({ main }, annotations), 5_000);
    const { pod } = life.at(-1) as Moment;
    expect(pod.status?.phase).toBe('Failed');
    expect(findCondition(pod.status?.conditions, 'AllContainersRestarting')).toMatchObject({
      status: 'False',
      reason: 'PodFailed',
    });
  });

  test('fails the Pod when an init container then fails for good', () => {
    const init = [container('setup', { restartPolicy: 'Never' })];
    const main = [container('source', SOURCE)];
    const alive = lifeOf(podOf({ init, main }, EXIT_42('source', '1s')), 1_100);
    const { pod } =
      alive.findLast(({ stage }) => stage === 'pod-restart-all') ?? (alive.at(-1) as Moment);
    const annotations = { ...pod.metadata.annotations, 'orrery.dev/exit-code.setup': '1' };
    const life = lifeOf({ ...pod, metadata: { ...pod.metadata, annotations } }, 60_000);
    expect((life.at(-1) as Moment).pod.status?.phase).toBe('Failed');
  });
});

test('a Pod without such a rule says nothing of it', () => {
  const life = lifeOf(podOf({ main: [container('app')] }), 5_000);
  expect(restartingOf((life.at(-1) as Moment).pod)).toBeUndefined();
});
