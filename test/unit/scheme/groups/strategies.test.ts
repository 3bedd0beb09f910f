import { describe, expect, test } from '@jest/globals';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';
import { genericStrategy } from '../../../../src/scheme/groups/generic-strategy.ts';
import { SIMULATION_DEFINITIONS } from '../../../../src/scheme/groups/simulation/definitions.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { KindStrategy } from '../../../../src/scheme/kind-strategy.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { CREATED, columnsOf, defaulted, rowOf } from './harness.ts';

const strategyOf = (key: string): KindStrategy => STRATEGIES.get(key) as KindStrategy;

describe('every kind with a status', () => {
  const kinds = RESOURCE_DEFINITIONS.filter(({ subresources }) =>
    subresources.some(({ name }) => name === 'status'),
  ).map(({ group, kind }) => `${group}/${kind}`);

  test.each([...new Set(kinds)])('%s keeps it when the main resource is updated', (key) => {
    const current = {
      apiVersion: 'v1',
      kind: 'K',
      metadata: { name: 'a' },
      spec: { versions: [] },
      status: { a: 1 },
    };
    const next = { ...current, status: { a: 2 } };
    strategyOf(key).prepareForUpdate?.(next, current);
    expect(next.status).toEqual({ a: 1 });
  });
});

test('every entry of the registry is a kind that there is', () => {
  const kinds = new Set(
    [...RESOURCE_DEFINITIONS, ...SIMULATION_DEFINITIONS].flatMap(({ group, version, kind }) => [
      `${group}/${kind}`,
      `${group}/${version}/${kind}`,
    ]),
  );
  expect([...STRATEGIES.keys()].filter((key) => !kinds.has(key))).toEqual([]);
});

describe('a kind without behaviour of its own', () => {
  const object = (): ApiObject & Record<string, unknown> => ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'a', labels: { a: '1' }, resourceVersion: '1' },
    spec: { size: 1 },
    status: { ready: true },
  });
  const strategy = genericStrategy({ hasStatus: true });

  test('starts without a status', () => {
    const created = object();
    strategy.prepareForCreate?.(created);
    expect(created).not.toHaveProperty('status');
  });

  test('keeps everything but the status when the status is updated', () => {
    const next = { ...object(), spec: { size: 2 }, extra: 1, status: { ready: false } };
    next.metadata = { name: 'a', labels: {}, resourceVersion: '2' };
    strategy.prepareForStatusUpdate?.(next, object());
    expect(next).toEqual({
      ...object(),
      metadata: { name: 'a', labels: { a: '1' }, resourceVersion: '2' },
      status: { ready: false },
    });
  });

  test('without a status does nothing', () => {
    expect(genericStrategy({ hasStatus: false })).toEqual({});
  });
});

test('a template of a Job, a StatefulSet and a DaemonSet gets the defaults of Pods', () => {
  const template = { spec: { containers: [{ name: 'a', image: 'a:1' }] } };
  for (const key of ['batch/Job', 'apps/StatefulSet', 'apps/DaemonSet']) {
    const workload = { apiVersion: 'v1', kind: 'K', metadata: { name: 'a' }, spec: { template } };
    expect(JSON.stringify(defaulted(strategyOf(key), workload))).toContain(
      '"imagePullPolicy":"IfNotPresent"',
    );
  }
});

describe('the columns of kubectl', () => {
  test.each<[string, string[]]>([
    ['apps/StatefulSet', ['Name', 'Ready', 'Age']],
    [
      'apps/DaemonSet',
      ['Name', 'Desired', 'Current', 'Ready', 'Up-to-date', 'Available', 'Node Selector', 'Age'],
    ],
    ['batch/Job', ['Name', 'Status', 'Completions', 'Duration', 'Age']],
    [
      'batch/CronJob',
      ['Name', 'Schedule', 'Timezone', 'Suspend', 'Active', 'Last Schedule', 'Age'],
    ],
    [
      'autoscaling/v2/HorizontalPodAutoscaler',
      ['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'],
    ],
    ['networking.k8s.io/Ingress', ['Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age']],
    ['networking.k8s.io/IngressClass', ['Name', 'Controller', 'Parameters', 'Age']],
    ['networking.k8s.io/NetworkPolicy', ['Name', 'Pod-Selector', 'Age']],
    [
      'policy/PodDisruptionBudget',
      ['Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions', 'Age'],
    ],
    ['rbac.authorization.k8s.io/Role', ['Name', 'Created At']],
    ['rbac.authorization.k8s.io/RoleBinding', ['Name', 'Role', 'Age']],
    [
      'scheduling.k8s.io/PriorityClass',
      ['Name', 'Value', 'Global-Default', 'Age', 'PreemptionPolicy'],
    ],
    [
      'storage.k8s.io/StorageClass',
      ['Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'],
    ],
    [
      '/PersistentVolume',
      [
        'Name',
        'Capacity',
        'Access Modes',
        'Reclaim Policy',
        'Status',
        'Claim',
        'StorageClass',
        'VolumeAttributesClass',
        'Reason',
        'Age',
      ],
    ],
    [
      '/PersistentVolumeClaim',
      [
        'Name',
        'Status',
        'Volume',
        'Capacity',
        'Access Modes',
        'StorageClass',
        'VolumeAttributesClass',
        'Age',
      ],
    ],
    ['/Event', ['Last Seen', 'Type', 'Reason', 'Object', 'Message']],
    ['/LimitRange', ['Name', 'Created At']],
    ['/ResourceQuota', ['Name', 'Request', 'Limit', 'Age']],
    ['/PodTemplate', ['Name', 'Containers', 'Images', 'Pod Labels']],
  ])('of %s', (key, columns) => {
    expect(columnsOf(strategyOf(key)).shown).toEqual(columns);
  });

  const metadata = { name: 'a', namespace: 'default', creationTimestamp: CREATED };

  test.each<[string, object, Record<string, string>]>([
    [
      'batch/Job',
      {
        spec: { completions: 3, parallelism: 1 },
        status: { succeeded: 1, startTime: '2026-01-01T00:05:00Z' },
      },
      { Status: 'Running', Completions: '1/3', Duration: '5m' },
    ],
    [
      'batch/Job',
      { spec: { parallelism: 2 }, status: { conditions: [{ type: 'Complete', status: 'True' }] } },
      { Status: 'Complete', Completions: '0/1 of 2', Duration: '' },
    ],
    [
      'batch/CronJob',
      {
        spec: { schedule: '* * * * *', jobTemplate: {} },
        status: { lastScheduleTime: '2026-01-01T00:09:30Z' },
      },
      { Schedule: '* * * * *', Suspend: 'False', 'Last Schedule': '30s', Timezone: '<none>' },
    ],
    [
      'autoscaling/v2/HorizontalPodAutoscaler',
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web' },
          maxReplicas: 5,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
            },
          ],
        },
        status: {
          currentReplicas: 2,
          currentMetrics: [{ type: 'Resource', resource: { current: { averageUtilization: 12 } } }],
        },
      },
      {
        Reference: 'Deployment/web',
        Targets: 'cpu: 12%/80%',
        MinPods: '<unset>',
        MaxPods: '5',
        Replicas: '2',
      },
    ],
    [
      'networking.k8s.io/Ingress',
      {
        spec: { rules: [{ host: 'a.b' }, {}], tls: [{}] },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      },
      { Class: '<none>', Hosts: 'a.b', Address: '1.2.3.4', Ports: '80, 443' },
    ],
    [
      'networking.k8s.io/NetworkPolicy',
      { spec: { podSelector: { matchLabels: { app: 'web' } } } },
      { 'Pod-Selector': 'app=web' },
    ],
    [
      'policy/PodDisruptionBudget',
      { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
      { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': '1' },
    ],
    [
      'rbac.authorization.k8s.io/ClusterRoleBinding',
      {
        roleRef: { kind: 'ClusterRole', name: 'admin' },
        subjects: [
          { kind: 'User', name: 'me' },
          { kind: 'ServiceAccount', namespace: 'x', name: 'robot' },
        ],
      },
      { Role: 'ClusterRole/admin', Users: 'me', Groups: '', ServiceAccounts: 'x/robot' },
    ],
    [
      'storage.k8s.io/StorageClass',
      { provisioner: 'p', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
      { Provisioner: 'p', AllowVolumeExpansion: 'false' },
    ],
    [
      '/PersistentVolume',
      {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
          claimRef: { namespace: 'x', name: 'c' },
        },
        status: { phase: 'Bound' },
      },
      { Capacity: '1Gi', 'Access Modes': 'RWO,RWX', Claim: 'x/c', Status: 'Bound' },
    ],
    [
      '/PersistentVolumeClaim',
      { spec: {}, status: { phase: 'Pending', capacity: { storage: '1Gi' } } },
      { Status: 'Pending', Capacity: '', Volume: '' },
    ],
    [
      'apps/DaemonSet',
      {
        spec: { template: { spec: { nodeSelector: { a: 'b' } } } },
        status: { desiredNumberScheduled: 3 },
      },
      { Desired: '3', Ready: '0', 'Node Selector': 'a=b' },
    ],
  ])('of %s show %j as %j', (key, members, expected) => {
    const object = { apiVersion: 'v1', kind: 'K', metadata, ...members };
    expect(rowOf(strategyOf(key), object)).toMatchObject(expected);
  });
});

test('names of roles are path segments', () => {
  expect(strategyOf('rbac.authorization.k8s.io/ClusterRole').nameRule).toBe('path-segment');
  expect(strategyOf('/Service').nameRule).toBe('dns-1035');
  expect(strategyOf('/Namespace').nameRule).toBe('dns-label');
});
