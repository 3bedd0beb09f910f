import { expect, test } from '@jest/globals';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import { DecisionRecorder } from '../../../../src/scheduler/decisions/decision-recorder.ts';
import type { PlacementTable } from '../../../../src/scheduler/placement-table.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type { QueuedPod } from '../../../../src/scheduler/queued-pod.ts';
import type { TopologySpreadConstraint } from '../../../../src/scheme/generated/types/core-v1.ts';
import type { SchedulingDecision } from '../../../../src/scheme/scheduling/decision.ts';
import { buildPod, type PodFields } from '../../../support/builders.ts';
import { RecordingLogger } from '../../../support/recording-logger.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const START_MS = Date.UTC(2026, 0, 1);

class Scene {
  readonly clock = new VirtualClock(START_MS);
  readonly logger = new RecordingLogger();
  readonly told: SchedulingDecision[] = [];
  readonly cluster = new TestCluster([{ name: 'node-1' }, { name: 'node-2' }]);
  readonly recorder: DecisionRecorder;
  readonly queued: QueuedPod = {
    info: toPodInfo(buildPod({ name: 'web' })),
    queuedAtMs: START_MS,
    attempts: 1,
    failedAtMs: 0,
    rejectedBy: new Set(),
    place: 'none',
  };

  constructor(detailsPerSecond = 10) {
    this.recorder = new DecisionRecorder({
      log: { write: (decision) => this.told.push(decision) },
      detailsPerSecond,
      cache: this.cluster.cache,
      clock: this.clock,
      logger: this.logger,
    });
  }

  judge(table = this.cluster.tableFor({})): void {
    this.recorder.begin();
    this.recorder.judged(this.queued, table);
  }

  refuse(message: string): void {
    this.judge();
    const reasons = [{ plugin: 'NodeResourcesFit', reason: 'Insufficient cpu', count: 2 }];
    this.recorder.refused(this.queued, { message, reasons, room: undefined });
    this.queued.attempts++;
    this.clock.advance(1_000);
  }
}

test('a Pod that is bound is told of with its node, its time and what the plugins said', () => {
  const scene = new Scene();
  scene.judge();
  scene.recorder.scheduled(scene.queued, 'node-2');
  expect(scene.told).toMatchObject([
    {
      namespace: 'default',
      name: 'web',
      schedulerName: 'default-scheduler',
      outcome: 'Scheduled',
      nodeName: 'node-2',
      timeMs: START_MS,
      attempt: 1,
      nodes: 2,
      feasibleNodes: 2,
    },
  ]);
  expect(scene.told[0]?.detail?.candidates).toHaveLength(2);
  expect(scene.told[0]?.durationMicros).toBeGreaterThanOrEqual(0);
});

test('failures that are alike are one decision, and another outcome begins a new one', () => {
  const scene = new Scene();
  scene.refuse('full');
  scene.refuse('full');
  scene.refuse('fuller');
  scene.judge();
  scene.recorder.scheduled(scene.queued, 'node-1');
  const rows = scene.told.map(({ timeMs, attempt, lastAttempt, lastTimeMs }) => [
    timeMs - START_MS,
    attempt,
    lastTimeMs - START_MS,
    lastAttempt,
  ]);
  expect(rows).toEqual([
    [0, 1, 0, 1],
    [0, 1, 1_000, 2],
    [2_000, 3, 2_000, 3],
    [3_000, 4, 3_000, 4],
  ]);
});

test('the reasons of a failure are told of each, what the plugins say of a few only', () => {
  const scene = new Scene(1);
  for (let attempt = 0; attempt < 40; attempt++) scene.refuse(`attempt ${attempt}`);
  const detailed = scene.told.filter(({ detail }) => detail !== undefined);
  expect(detailed.length).toBeGreaterThanOrEqual(5);
  expect(detailed.length).toBeLessThan(20);
  expect(scene.told.every(({ reasons }) => reasons[0]?.count === 2)).toBe(true);
});

test('who wants no details gets none', () => {
  const scene = new Scene(0);
  scene.refuse('full');
  expect(scene.told[0]).not.toHaveProperty('detail');
});

test('the nodes that could have taken the Pod are counted, but without detail not where topology has a say', () => {
  const scene = new Scene(0);
  const spread: TopologySpreadConstraint = {
    topologyKey: 'kubernetes.io/hostname',
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: {},
  };
  const tables: readonly PodFields[] = [
    { requests: { cpu: '1' } },
    { requests: { cpu: '64' } },
    { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'none' } }] } },
    { spec: { topologySpreadConstraints: [spread] } },
  ];
  for (const fields of tables) {
    scene.judge(scene.cluster.tableFor(fields));
    scene.recorder.scheduled(scene.queued, 'node-1');
  }
  expect(scene.told.map(({ feasibleNodes }) => feasibleNodes)).toEqual([2, 0, 0, undefined]);
});

test('room that is being made is told of with who leaves', () => {
  const scene = new Scene();
  scene.judge();
  const victims = [
    toPodInfo(buildPod({ name: 'lesser', namespace: 'other', spec: { priority: -5 } })),
  ];
  const room = { nominate: 'node-1', victims };
  scene.recorder.refused(scene.queued, { message: 'full', reasons: [], room });
  expect(scene.told[0]).toMatchObject({
    outcome: 'Unschedulable',
    nominatedNodeName: 'node-1',
    victims: [{ namespace: 'other', name: 'lesser', priority: -5 }],
  });
});

test('what went wrong is told, and a placement that a plugin took back', () => {
  const scene = new Scene();
  scene.judge();
  scene.recorder.failed(scene.queued, 'Error', 'the binding was refused');
  scene.recorder.failed(scene.queued, 'Unschedulable', 'the gang is not whole');
  expect(scene.told.map(({ message, outcome, nodeName }) => [outcome, message, nodeName])).toEqual([
    ['Error', 'the binding was refused', undefined],
    ['Unschedulable', 'the gang is not whole', undefined],
  ]);
});

test('a plugin that cannot be asked again costs the detail, not the decision', () => {
  const scene = new Scene();
  const broken = {
    plan: { refusal: undefined, hasDomainFilters: false },
    rejections: () => [],
    eachNode: () => {
      throw new Error('broken');
    },
  } as unknown as PlacementTable;
  scene.judge(broken);
  scene.recorder.scheduled(scene.queued, 'node-1');
  expect(scene.told[0]).not.toHaveProperty('detail');
  expect(scene.logger.lines.map(({ message }) => message)).toContain(
    'a decision cannot be explained',
  );
});
