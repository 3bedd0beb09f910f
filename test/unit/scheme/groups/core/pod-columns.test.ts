import { describe, expect, test } from '@jest/globals';
import type {
  ContainerState,
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../../../../src/scheme/generated/types/core-v1.ts';
import { isPodReady, podStrategy } from '../../../../../src/scheme/groups/core/pod.ts';
import { CREATED, columnsOf, rowOf, withMembers } from '../harness.ts';
import { BARE_POD } from './pods.ts';

const RUNNING: ContainerState = { running: { startedAt: CREATED } };

const container = (
  state: ContainerState,
  more: Partial<ContainerStatus> = {},
): ContainerStatus => ({
  name: 'web',
  image: 'nginx',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

const pod = (status: PodStatus, members: Record<string, unknown> = {}): Pod =>
  withMembers(BARE_POD, { 'metadata.creationTimestamp': CREATED, status, ...members });

const statusOf = (object: Pod): string | undefined => rowOf(podStrategy, object).Status;

test('a Pod has the columns that kubectl shows', () => {
  expect(columnsOf(podStrategy)).toEqual({
    shown: ['Name', 'Ready', 'Status', 'Restarts', 'Age'],
    wide: ['IP', 'Node', 'Nominated Node', 'Readiness Gates'],
  });
});

test('a Pod that runs is shown with all there is', () => {
  const object = pod(
    {
      phase: 'Running',
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }],
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'example.com/a', status: 'True' },
      ],
      containerStatuses: [container(RUNNING, { ready: true })],
    },
    {
      'spec.nodeName': 'node-1',
      'spec.readinessGates': [
        { conditionType: 'example.com/a' },
        { conditionType: 'example.com/b' },
      ],
    },
  );
  expect(rowOf(podStrategy, object)).toEqual({
    Name: 'web',
    Ready: '1/1',
    Status: 'Running',
    Restarts: '0',
    Age: '10m',
    IP: '10.0.0.1',
    Node: 'node-1',
    'Nominated Node': '<none>',
    'Readiness Gates': '1/2',
  });
  expect(isPodReady(object)).toBe(true);
});

describe('the status of a Pod in one word', () => {
  test.each<[string, PodStatus, Record<string, unknown>]>([
    ['Pending', { phase: 'Pending' }, {}],
    ['Evicted', { phase: 'Failed', reason: 'Evicted' }, {}],
    [
      'SchedulingGated',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      },
      {},
    ],
    [
      'ContainerCreating',
      {
        phase: 'Pending',
        containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })],
      },
      {},
    ],
    [
      'CrashLoopBackOff',
      {
        phase: 'Running',
        containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })],
      },
      {},
    ],
    [
      'Error',
      {
        phase: 'Failed',
        containerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } })],
      },
      {},
    ],
    [
      'ExitCode:3',
      { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 3 } })] },
      {},
    ],
    [
      'Signal:9',
      {
        phase: 'Failed',
        containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })],
      },
      {},
    ],
    [
      'Completed',
      {
        phase: 'Succeeded',
        containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } })],
      },
      {},
    ],
    ['Terminating', { phase: 'Running' }, { 'metadata.deletionTimestamp': CREATED }],
    ['Failed', { phase: 'Failed' }, { 'metadata.deletionTimestamp': CREATED }],
    [
      'Unknown',
      { phase: 'Running', reason: 'NodeLost' },
      { 'metadata.deletionTimestamp': CREATED },
    ],
  ])('is %s', (expected, status, members) => {
    expect(statusOf(pod(status, members))).toBe(expected);
  });

  const done = container({ terminated: { exitCode: 0, reason: 'Completed' } }, { name: 'job' });
  const up = container(RUNNING, { ready: true });

  test('is Running when one container is done and another serves', () => {
    const conditions = [{ type: 'Ready', status: 'True' as const }];
    const status: PodStatus = { phase: 'Running', conditions, containerStatuses: [done, up] };
    expect(statusOf(pod(status))).toBe('Running');
    expect(statusOf(pod({ ...status, conditions: [] }))).toBe('NotReady');
  });
});

describe('init containers', () => {
  const INIT = { 'spec.initContainers': [{ name: 'a' }, { name: 'b' }] };
  const init = (...statuses: ContainerStatus[]): PodStatus => ({
    phase: 'Pending',
    initContainerStatuses: statuses,
  });
  const done = container({ terminated: { exitCode: 0 } }, { name: 'a' });

  test.each<[string, ContainerStatus[]]>([
    ['Init:0/2', [container(RUNNING, { name: 'a' })]],
    ['Init:1/2', [done, container(RUNNING, { name: 'b' })]],
    ['Init:1/2', [done, container({ waiting: { reason: 'PodInitializing' } }, { name: 'b' })]],
    [
      'Init:ImagePullBackOff',
      [container({ waiting: { reason: 'ImagePullBackOff' } }, { name: 'a' })],
    ],
    ['Init:Error', [container({ terminated: { exitCode: 1, reason: 'Error' } }, { name: 'a' })]],
    ['Init:ExitCode:2', [container({ terminated: { exitCode: 2 } }, { name: 'a' })]],
    ['Init:Signal:15', [container({ terminated: { exitCode: 143, signal: 15 } }, { name: 'a' })]],
  ])('are shown as %s', (expected, statuses) => {
    expect(statusOf(pod(init(...statuses), INIT))).toBe(expected);
  });

  test('that stay count as containers', () => {
    const sidecar = { 'spec.initContainers': [{ name: 'proxy', restartPolicy: 'Always' }] };
    const proxy = container(RUNNING, {
      name: 'proxy',
      started: true,
      ready: true,
      restartCount: 1,
    });
    const status: PodStatus = {
      phase: 'Running',
      initContainerStatuses: [proxy],
      containerStatuses: [container(RUNNING, { ready: true, restartCount: 2 })],
    };
    expect(rowOf(podStrategy, pod(status, sidecar))).toMatchObject({
      Ready: '2/2',
      Status: 'Running',
      Restarts: '3',
    });
  });
});

test('restarts say how long ago the last one was', () => {
  const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:05:00Z' } };
  const status: PodStatus = {
    phase: 'Running',
    containerStatuses: [container(RUNNING, { ready: true, restartCount: 3, lastState })],
  };
  expect(rowOf(podStrategy, pod(status)).Restarts).toBe('3 (5m ago)');
});

test('Pods can be selected by the fields that Kubernetes selects them by', () => {
  const object = pod(
    { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }], nominatedNodeName: 'node-2' },
    {
      'spec.nodeName': 'node-1',
      'spec.restartPolicy': 'Never',
      'spec.schedulerName': 'mine',
      'spec.serviceAccountName': 'robot',
    },
  );
  const fields = Object.entries(podStrategy.selectableFields ?? {});
  expect(Object.fromEntries(fields.map(([name, read]) => [name, read(object)]))).toEqual({
    'spec.host': 'node-1',
    'spec.nodeName': 'node-1',
    'spec.restartPolicy': 'Never',
    'spec.schedulerName': 'mine',
    'spec.serviceAccountName': 'robot',
    'spec.hostNetwork': 'false',
    'status.phase': 'Running',
    'status.podIP': '10.0.0.1',
    'status.podIPs': '',
    'status.nominatedNodeName': 'node-2',
  });
});
