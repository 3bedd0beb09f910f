/** The group simulation.orrery.dev on one running server: nodes by profile, behaviour by Stages, what goes wrong by Faults. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import type { Event, Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type {
  Fault,
  FaultSpec,
  NodeProfile,
  Stage,
  StageSpec,
} from '../../../src/scheme/groups/simulation/types.ts';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type Plane, startPlane } from './support/plane.ts';
import type { PlaneApi } from './support/plane-api.ts';
import { conditionOf, isReady } from './support/workloads.ts';

const API_VERSION = 'simulation.orrery.dev/v1alpha1';
const NODES = 8;
const PATIENCE = { withinMs: 40_000 };

let plane: Plane;
let api: PlaneApi;

beforeAll(async () => {
  plane = await startPlane({
    args: [
      ...['--runtime-config', `${API_VERSION}=true`],
      ...['--initial-nodes', '0'],
      ...['--node-monitor-grace-period', '3'],
      ...['--default-toleration-seconds', '300'],
    ],
  });
  api = plane.api;
  await api.apply({
    apiVersion: API_VERSION,
    kind: 'NodeProfile',
    metadata: { name: 'sim' },
    spec: {
      replicas: NODES,
      capacity: { cpu: '8', memory: '32Gi', 'example.com/gpu': '1' },
      reserved: { cpu: '500m' },
      region: 'north',
      zones: ['a', 'b'],
      labels: { tier: 'test' },
      taints: [{ key: 'example.com/slow', value: 'true', effect: 'PreferNoSchedule' }],
      pricePerHour: '0.38',
    },
  });
  await api.eventually<NodeProfile>(['nodeprofiles', 'sim'], ({ status }) =>
    expect(status).toMatchObject({ replicas: NODES, readyReplicas: NODES }),
  );
});

afterAll(async () => plane[Symbol.asyncDispose]());

const stage = (name: string, spec: StageSpec) =>
  api.apply({ apiVersion: API_VERSION, kind: 'Stage', metadata: { name }, spec });
const fault = (name: string, spec: FaultSpec) =>
  api.apply({ apiVersion: API_VERSION, kind: 'Fault', metadata: { name }, spec });
const getPod = (name: string) => api.get<Pod>('pods', name, 'default');
const acceptedOf = ({ status }: Stage | Fault) =>
  status?.conditions?.find(({ type }) => type === 'Accepted');

/** A Pod on that node, with no scheduler between. */
async function pod(name: string, node: number, { app = name, image = 'nginx:1.27' } = {}) {
  await api.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app } },
    spec: { nodeName: `sim-${node}`, containers: [{ name: 'c', image }] },
  });
}

const untilPod = (name: string, check: (pod: Pod) => unknown) =>
  eventually(() => getPod(name), check, PATIENCE);
const untilNode = (node: number, check: (node: Node) => unknown) =>
  eventually(() => api.get<Node>('nodes', `sim-${node}`), check, PATIENCE);
const untilFault = (name: string, phase: string) =>
  eventually(
    () => api.get<Fault>('faults', name),
    ({ status }) => expect(status?.phase).toBe(phase),
    PATIENCE,
  );
const restartsOf = ({ status }: Pod): number => status?.containerStatuses?.[0]?.restartCount ?? 0;

async function reasonsOf(name: string): Promise<string[]> {
  const events = await api.list<Event & { involvedObject: { name?: string } }>('events');
  return events
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason = '' }) => reason)
    .sort();
}

test('a NodeProfile makes nodes of its size, zones, labels, taints and price', async () => {
  const node = await api.get<Node>('nodes', 'sim-2');
  expect(node.metadata).toMatchObject({
    labels: {
      tier: 'test',
      'topology.kubernetes.io/region': 'north',
      'topology.kubernetes.io/zone': 'b',
    },
    annotations: { 'orrery.dev/price-per-hour': '0.38' },
  });
  expect(node.spec?.taints).toContainEqual({
    key: 'example.com/slow',
    value: 'true',
    effect: 'PreferNoSchedule',
  });
  expect(node.status).toMatchObject({
    capacity: { cpu: '8', 'example.com/gpu': '1' },
    allocatable: { cpu: '7500m' },
  });
});

describe('a Stage', () => {
  test('changes how Pods run, log, fail and end', async () => {
    await stage('talks', {
      when: 'pod.metadata.labels.app == "talker" && node.metadata.labels.tier == "test"',
      start: { delay: { duration: '100ms', jitter: '100ms' } },
      log: { lines: ['one', 'two'] },
      exit: { after: { expression: 'duration("2s")' }, code: 3, reason: 'Bored' },
    });
    await eventually(
      () => api.get<Stage>('stages', 'talks'),
      (object) => expect(acceptedOf(object)?.status).toBe('True'),
    );
    await pod('talker', 1);
    const { status } = await untilPod('talker', (one) => expect(restartsOf(one)).toBe(1));
    expect(status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Bored',
    });
    await eventually(
      () => runOrrery(['logs', 'talker', '--previous'], { server: plane.server }),
      ({ stdout }) => expect(stdout).toContain('\none\ntwo\n'),
    );
  });

  test('or Fault that is wrong says so on its object, and the others go on', async () => {
    await stage('wrong', { when: 'pod.metadata.name ==', ready: { never: true } });
    await fault('wrong', { type: 'KillNodes', when: 'node.' });
    await stage('late', { selector: { matchLabels: { app: 'late' } }, exit: { code: 4 } });
    await eventually(
      () => api.get<Stage>('stages', 'wrong'),
      (object) =>
        expect(acceptedOf(object)).toMatchObject({
          status: 'False',
          message: expect.stringContaining('spec.when: compilation failed'),
        }),
    );
    await untilFault('wrong', 'Invalid');
    await pod('late', 1);
    await untilPod('late', ({ status }) =>
      expect(status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(4),
    );
  });
});

test('what cannot be is refused with the field and the reason', async () => {
  const refused = async (kind: string, spec: object) => {
    const object = { apiVersion: API_VERSION, kind, metadata: { name: 'bad' }, spec };
    const [applied] = await api.applyAll(object);
    expect(applied?.operation).toBe('FAILED');
    return applied?.message ?? '';
  };
  expect(await refused('NodeProfile', { capacity: { cpu: 'many' } })).toMatch(/capacity/);
  expect(await refused('Fault', { type: 'Flood' })).toMatch(/spec\.type/);
  expect(await refused('Stage', { exit: { after: { duration: 'soon' } } })).toMatch(
    /spec\.exit\.after\.duration/,
  );
});

describe('Faults', () => {
  test('of every type begin, do what they say, end, and leave nothing behind', async () => {
    await Promise.all(Array.from({ length: 6 }, (_, i) => pod(`p${i + 2}`, i + 2)));
    for (let n = 2; n <= 7; n++) {
      await untilPod(`p${n}`, (one) => expect(isReady(one)).toBe(true));
    }
    const here = (n: number) => ({ when: `node.metadata.name == "sim-${n}"`, duration: '12s' });
    // Both times are kept in whole seconds, and only what started before the fault crashes.
    await eventually(
      async () => (await getPod('p2')).status?.containerStatuses?.[0]?.state?.running?.startedAt,
      (startedAt) => expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(startedAt ?? '') + 1_000),
    );
    await fault('crash', {
      type: 'CrashPods',
      podSelector: { matchLabels: { app: 'p2' } },
      crash: { exitCode: 99 },
      duration: '12s',
    });
    await fault('partition', { type: 'PartitionNodes', ...here(4) });
    const startTime = new Date(Date.now() + 3_000).toISOString().replace(/\.\d+Z/, 'Z');
    await fault('kill', { type: 'KillNodes', startTime, ...here(5) });
    await untilFault('kill', 'Scheduled');
    await fault('flap', {
      type: 'FlapNodes',
      flapping: { period: '10s', downFor: '8s' },
      ...here(6),
    });
    await fault('pressure', { type: 'Pressure', pressures: ['DiskPressure'], ...here(7) });
    await fault('skew', { type: 'ClockSkew', clockOffset: '1h', ...here(8) });
    await fault('pulls', { type: 'SlowImagePulls', pullSlowdown: 100_000, ...here(3) });
    await pod('puller', 3, { image: 'example.com/slow:1' });
    await Promise.all([
      untilPod('p2', ({ status }) =>
        expect(status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(99),
      ),
      ...[4, 5, 6].map((n) =>
        eventually(
          () => reasonsOf(`sim-${n}`),
          (reasons) => expect(reasons).toContain('NodeNotReady'),
          PATIENCE,
        ),
      ),
      untilNode(7, (node) => expect(conditionOf(node, 'DiskPressure')?.status).toBe('True')),
      eventually(
        () => api.get<Lease>('leases', 'sim-8', 'kube-node-lease'),
        ({ spec }) =>
          expect(Date.parse(spec?.renewTime ?? '')).toBeGreaterThan(Date.now() + 30 * 60_000),
        PATIENCE,
      ),
    ]);
    const names = ['crash', 'pulls', 'partition', 'kill', 'flap', 'pressure', 'skew'];
    for (const name of names) {
      const { status } = await untilFault(name, 'Ended');
      expect(status).toMatchObject({ affectedNodes: 1, startTime: expect.anything() });
      await eventually(
        () => reasonsOf(name),
        (reasons) =>
          expect(reasons).toEqual(expect.arrayContaining(['FaultEnded', 'FaultStarted'])),
        PATIENCE,
      );
    }
    expect(await reasonsOf('kill')).toContain('FaultScheduled');
    for (let n = 1; n <= NODES; n++) {
      await untilNode(n, (node) => {
        expect(isReady(node)).toBe(true);
        expect(conditionOf(node, 'DiskPressure')?.status).toBe('False');
      });
    }
    const { status: pulled } = await untilPod('puller', (one) => expect(isReady(one)).toBe(true));
    const { startedAt = '' } = pulled?.containerStatuses?.[0]?.state?.running ?? {};
    const tookMs = Date.parse(startedAt) - Date.parse(pulled?.startTime ?? '');
    expect(tookMs).toBeGreaterThan(3_000);
    expect(restartsOf(await untilPod('p5', (one) => expect(isReady(one)).toBe(true)))).toBe(1);
    expect(restartsOf(await getPod('p4'))).toBe(0);
  }, 120_000);

  test('of a share with a seed draw the same nodes again', async () => {
    const counts: unknown[] = [];
    for (const attempt of [1, 2]) {
      await fault('half', { type: 'ClockSkew', clockOffset: '1s', sharePercent: 50, seed: 7 });
      const { status } = await untilFault('half', 'Active');
      counts.push(status?.affectedNodes);
      expect({ attempt, nodes: status?.affectedNodes }).toMatchObject({ nodes: counts[0] });
      await api.delete('faults', 'half');
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[0]).toBeLessThan(NODES);
  });
});
