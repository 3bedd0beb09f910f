import { describe, expect, test } from '@jest/globals';
import { FaultCatalog } from '../../../src/kubelet/simulation/fault-catalog.ts';
import { compileFault } from '../../../src/kubelet/simulation/fault-effects.ts';
import { faultNote, faultStatus } from '../../../src/kubelet/simulation/fault-status.ts';
import { planNodes } from '../../../src/kubelet/simulation/profile-nodes.ts';
import { StageCatalog } from '../../../src/kubelet/simulation/stage-catalog.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type {
  Fault,
  FaultSpec,
  NodeProfile,
  Stage,
  StageSpec,
} from '../../../src/scheme/groups/simulation/types.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const API_VERSION = 'simulation.orrery.dev/v1alpha1';
const CREATED = '2026-06-01T12:00:00Z';
const createdMs = Date.parse(CREATED);

const stageOf = (name: string, spec: StageSpec): Stage => ({
  apiVersion: API_VERSION,
  kind: 'Stage',
  metadata: { name },
  spec,
});

const faultOf = (spec: FaultSpec, name = 'f'): Fault => ({
  apiVersion: API_VERSION,
  kind: 'Fault',
  metadata: { name, creationTimestamp: CREATED },
  spec,
});

const catalogOf = (...stages: Stage[]): StageCatalog => {
  const catalog = new StageCatalog();
  for (const stage of stages) catalog.put(stage);
  return catalog;
};

const declaredFor = (catalog: StageCatalog, pod: Pod): Record<string, string> => {
  const { annotations = {} } = catalog.seen(pod, undefined).metadata;
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [name.replace('orrery.dev/', ''), value]),
  );
};

describe('a Stage', () => {
  test.each<[StageSpec, Record<string, string>]>([
    [{}, {}],
    [{ pull: { error: 'not found' } }, { 'pull-error': 'not found' }],
    [{ start: { delay: { duration: '5s' } } }, { 'start-delay': '5s' }],
    [{ ready: { never: true } }, { ready: 'false' }],
    [{ ready: { never: false } }, {}],
    [{ probes: { liveness: 'pass 1m, fail' } }, { 'liveness-probe': 'pass 1m, fail' }],
    [
      { usage: { cpu: '100m..200m', memory: '1Gi' } },
      { 'usage-cpu': '100m..200m', 'usage-memory': '1Gi' },
    ],
    [{ log: { lines: ['a', 'b'], every: '10s' } }, { log: 'a\nb', 'log-every': '10s' }],
    [{ exit: {} }, { 'exit-after': '0s' }],
    [
      { exit: { after: { duration: '1m' }, code: 3, reason: 'Bug' } },
      { 'exit-after': '1m0s', 'exit-code': '3', 'exit-reason': 'Bug' },
    ],
    [{ exit: { after: { expression: 'duration("90s")' } } }, { 'exit-after': '1m30s' }],
    [
      { stop: { delay: { duration: '2s' }, preStopError: 'x' } },
      { 'stop-delay': '2s', 'pre-stop-error': 'x' },
    ],
  ])('%j declares %j', (spec, declared) => {
    expect(declaredFor(catalogOf(stageOf('s', spec)), buildPod())).toEqual(declared);
  });

  test.each<[string, StageSpec, boolean]>([
    ['labels that the Pod has', { selector: { matchLabels: { app: 'web' } } }, true],
    ['labels that it has not', { selector: { matchLabels: { app: 'db' } } }, false],
    ['its namespace', { namespaces: ['default'] }, true],
    ['another namespace', { namespaces: ['other'] }, false],
    ['an expression that holds', { when: 'pod.metadata.labels.app == "web"' }, true],
    ['an expression that does not', { when: 'pod.metadata.labels.app == "db"' }, false],
    ['an expression that fails', { when: 'pod.metadata.labels.none == "db"' }, false],
  ])('for %s is for it: %j', (_, spec, isForIt) => {
    const catalog = catalogOf(stageOf('s', { ...spec, ready: { never: true } }));
    const pod = buildPod({ labels: { app: 'web' } });
    expect(declaredFor(catalog, pod)).toEqual(isForIt ? { ready: 'false' } : {});
  });

  test('gives way to what the Pod itself declares, and to stages before it by name', () => {
    const catalog = catalogOf(
      stageOf('b', { exit: { code: 2 }, log: { lines: ['b'] } }),
      stageOf('a', { exit: { code: 1 } }),
    );
    const pod = buildPod();
    pod.metadata.annotations = { 'orrery.dev/exit-after': '7s' };
    expect(declaredFor(catalog, pod)).toEqual({ 'exit-after': '7s', 'exit-code': '1', log: 'b' });
  });

  test('with jitter draws for each Pod, and the same whenever it is asked', () => {
    const spec: StageSpec = { exit: { after: { duration: '10s', jitter: '10s' } } };
    const pods = Array.from({ length: 50 }, () => buildPod());
    const draw = (): (string | undefined)[] => {
      const catalog = catalogOf(stageOf('s', spec));
      return pods.map((pod) => declaredFor(catalog, pod)['exit-after']);
    };
    const drawn = draw();
    expect(draw()).toEqual(drawn);
    expect(new Set(drawn).size).toBeGreaterThan(40);
    for (const delay of drawn) {
      expect(Number.parseFloat(delay ?? '')).toBeGreaterThanOrEqual(10);
      expect(Number.parseFloat(delay ?? '')).toBeLessThanOrEqual(20);
    }
  });

  test('of a group is drawn about as often as its weight says', () => {
    const catalog = catalogOf(
      stageOf('rare', { group: 'g', weight: 1, exit: { code: 1 } }),
      stageOf('common', { group: 'g', weight: 3, exit: { code: 0 } }),
    );
    const pods = Array.from({ length: 2_000 }, () => buildPod());
    const rare = pods.filter((pod) => declaredFor(catalog, pod)['exit-code'] === '1').length;
    expect(rare / pods.length).toBeGreaterThan(0.2);
    expect(rare / pods.length).toBeLessThan(0.3);
  });

  test.each<[StageSpec, string]>([
    [{ when: 'pod.' }, 'spec.when: compilation failed'],
    [{ when: '"text"' }, 'spec.when: compilation failed'],
    [{ probes: { startup: 'maybe' } }, 'spec.probes.startup: "maybe" does not say'],
    [{ exit: { after: { expression: '5' } } }, 'spec.exit.after.expression: compilation failed'],
  ])('%j cannot be, and the others go on', (spec, problem) => {
    const catalog = catalogOf(stageOf('wrong', spec), stageOf('right', { ready: { never: true } }));
    expect(catalog.problemOf('wrong')).toContain(problem);
    expect(catalog.problemOf('right')).toBeUndefined();
    expect(declaredFor(catalog, buildPod())).toEqual({ ready: 'false' });
    catalog.remove('right');
    const pod = buildPod();
    expect(catalog.seen(pod, undefined)).toBe(pod);
  });
});

const nodes = Array.from({ length: 400 }, (_, index) =>
  buildNode({
    name: `n${index}`,
    labels: { 'topology.kubernetes.io/zone': index % 2 ? 'a' : 'b' },
  }),
);
const [node] = nodes as [Node];

const faultsOf = (...faults: Fault[]): FaultCatalog => {
  const catalog = new FaultCatalog();
  for (const fault of faults) catalog.put(fault);
  return catalog;
};

describe('a Fault', () => {
  test('lasts from its start to its end', () => {
    const startTime = '2026-06-01T13:00:00Z';
    const startMs = Date.parse(startTime);
    const faults = faultsOf(faultOf({ type: 'PartitionNodes', startTime, duration: '1m' }));
    const isSilenced = (atMs: number): boolean => faults.isSilenced(node, atMs);
    expect([startMs - 1, startMs, startMs + 59_999, startMs + 60_000].map(isSilenced)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(faults.nextChangeMs(createdMs)).toBe(startMs);
    expect(faults.nextChangeMs(startMs)).toBe(startMs + 60_000);
    expect(faults.nextChangeMs(startMs + 60_000)).toBeUndefined();
  });

  test('without times lasts from its creation until it is deleted', () => {
    const faults = faultsOf(faultOf({ type: 'KillNodes' }));
    expect(faults.isSilenced(node, createdMs + 1e12)).toBe(true);
    expect(faults.nextChangeMs(createdMs)).toBeUndefined();
    faults.remove('f');
    expect(faults.isSilenced(node, createdMs)).toBe(false);
  });

  test('that flaps cuts nodes off again and again', () => {
    const flapping = { period: '30s', downFor: '10s' };
    const fault = compileFault(faultOf({ type: 'FlapNodes', flapping, duration: '65s' }));
    const changes: string[] = [];
    let atMs: number | undefined = createdMs;
    while (atMs !== undefined) {
      changes.push(`${(atMs - createdMs) / 1_000} ${fault.isDown(atMs) ? 'down' : 'up'}`);
      atMs = fault.nextChangeMs(atMs);
    }
    expect(changes).toEqual(['0 down', '10 up', '30 down', '40 up', '60 down', '65 up']);
  });

  test('of a share is for about that many nodes, the same whenever it is asked', () => {
    const fault = compileFault(faultOf({ type: 'KillNodes', sharePercent: 25, seed: 7 }));
    const affected = nodes.filter((one) => fault.affectsNode(one));
    expect(affected.length).toBeGreaterThan(60);
    expect(affected.length).toBeLessThan(140);
    expect(nodes.filter((one) => fault.affectsNode(one))).toEqual(affected);
  });

  test('of a zone is for its nodes alone', () => {
    const fault = compileFault(faultOf({ type: 'KillNodes', zone: 'a' }));
    expect(nodes.filter((one) => fault.affectsNode(one))).toHaveLength(200);
  });

  test('adds up with others of its kind', () => {
    const faults = faultsOf(
      faultOf({ type: 'SlowImagePulls', pullSlowdown: 3 }, 'a'),
      faultOf({ type: 'SlowImagePulls' }, 'b'),
      faultOf({ type: 'ClockSkew', clockOffset: '-30s' }, 'c'),
      faultOf({ type: 'Pressure', pressures: ['DiskPressure'] }, 'd'),
    );
    expect(faults.pullSlowdown(node, createdMs)).toBe(30);
    expect(faults.clockOffsetMs(node, createdMs)).toBe(-30_000);
    expect([...faults.pressures(node, createdMs)]).toEqual(['DiskPressure']);
    expect(faults.pullSlowdown(node, createdMs - 1)).toBe(1);
  });

  test('ends containers that started before it, and those of machines that it took down', () => {
    const pod = buildPod();
    const crash = faultsOf(faultOf({ type: 'CrashPods', crash: { exitCode: 1 } }));
    expect(crash.crashOf(pod, node, createdMs)).toEqual({
      atMs: createdMs,
      code: 1,
      reason: 'Error',
    });
    const kill = faultsOf(faultOf({ type: 'KillNodes', duration: '1m' }));
    expect(kill.crashOf(pod, node, createdMs)).toBeUndefined();
    const backMs = createdMs + 60_000;
    expect(kill.crashOf(pod, node, backMs)).toEqual({ atMs: backMs, code: 255, reason: 'Unknown' });
  });

  test('that fails at a node is not for it, and says so once', () => {
    const faults = new FaultCatalog();
    const told: string[] = [];
    faults.onProblem((name) => told.push(name));
    faults.put(faultOf({ type: 'KillNodes', when: 'node.metadata.labels.none == "x"' }));
    expect(faults.isSilenced(node, createdMs)).toBe(false);
    expect(faults.isSilenced(node, createdMs)).toBe(false);
    expect(told).toEqual(['f']);
    expect(faults.problemOf('f')).toContain('spec.when');
  });

  test('tells in its status and by events how far it is', () => {
    const object = faultOf({ type: 'KillNodes', duration: '1m' });
    const fault = compileFault(object);
    const countAffected = () => ({ nodes: 2, pods: 5 });
    const state = { fault, problem: undefined, countAffected };
    const begun = faultStatus(object, { ...state, nowMs: createdMs });
    expect(begun).toMatchObject({ phase: 'Active', affectedNodes: 2, affectedPods: 5 });
    expect(faultNote(object, begun)?.message).toBe('KillNodes affects 2 nodes and 5 Pods for 1m');
    const ended = faultStatus({ ...object, status: begun }, { ...state, nowMs: fault.endMs });
    expect(ended).toMatchObject({
      phase: 'Ended',
      affectedNodes: 2,
      endTime: '2026-06-01T12:01:00Z',
    });
    expect(faultNote({ ...object, status: begun }, ended)?.reason).toBe('FaultEnded');
    expect(faultNote({ ...object, status: ended }, ended)).toBeUndefined();
  });
});

describe('a NodeProfile', () => {
  const profileOf = (replicas: number): NodeProfile => ({
    apiVersion: API_VERSION,
    kind: 'NodeProfile',
    metadata: { name: 'p', uid: 'u' },
    spec: { replicas },
  });
  const names = (list: readonly { metadata: { name?: string } }[]) =>
    list.map(({ metadata }) => metadata.name);

  test.each<[number, readonly string[], readonly string[], readonly string[]]>([
    [0, [], [], []],
    [2, [], ['p-1', 'p-2'], []],
    [2, ['p-1', 'p-2'], [], []],
    [3, ['p-1', 'p-3'], ['p-2'], []],
    [1, ['p-1', 'p-2', 'p-3'], [], ['p-2', 'p-3']],
  ])('of %d nodes that has %j creates %j and removes %j', (replicas, present, create, remove) => {
    const plan = planNodes(
      profileOf(replicas),
      present.map((name) => buildNode({ name })),
    );
    expect([names(plan.create), names(plan.remove)]).toEqual([create, remove]);
  });
});
