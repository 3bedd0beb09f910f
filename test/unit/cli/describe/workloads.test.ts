import { describe, test } from '@jest/globals';
import { describeDeployment } from '../../../../src/cli/describe/kinds/deployment.ts';
import { describePod } from '../../../../src/cli/describe/kinds/pod.ts';
import { describeReplicaSet } from '../../../../src/cli/describe/kinds/replica-set.ts';
import { CREATED, EVENTS, expectDescription, metadata, NOW } from './fixtures.ts';

const TEMPLATE = {
  metadata: { labels: { app: 'web' }, annotations: { note: 'x' } },
  spec: {
    serviceAccountName: 'robot',
    containers: [
      {
        name: 'nginx',
        image: 'nginx:1.7.9',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: { requests: { cpu: '250m', memory: '64Mi' } },
      },
    ],
    tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [
      {
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        maxSkew: 1,
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
  },
};

describe('a description', () => {
  test('of a Pod has its containers, volumes, conditions and events', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('web', {
        labels: { app: 'web', tier: 'front' },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'ReplicaSet',
            name: 'web-abc',
            uid: 'x',
            controller: true,
          },
        ],
      }),
      spec: {
        priority: 0,
        serviceAccountName: 'default',
        nodeName: 'node-1',
        initContainers: [{ name: 'init', image: 'busybox', command: ['sh', '-c', 'echo\nhello'] }],
        containers: [
          {
            name: 'nginx',
            image: 'nginx:1.7.9',
            ports: [
              { containerPort: 80, protocol: 'TCP' },
              { containerPort: 443, hostPort: 8443, protocol: 'TCP' },
            ],
            args: ['-v'],
            resources: { limits: { cpu: '1' }, requests: { cpu: '500m' } },
            livenessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              initialDelaySeconds: 5,
            },
            readinessProbe: { exec: { command: ['cat', '/ready'] } },
            envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'S_' }],
            env: [
              { name: 'PLAIN', value: 'a\nb' },
              {
                name: 'POD',
                valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } },
              },
              { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
              { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
            ],
            volumeMounts: [
              { name: 'data', mountPath: '/data', readOnly: true },
              { name: 'tmp', mountPath: '/cache', subPath: 'x' },
            ],
          },
        ],
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data-web' } },
          { name: 'tmp', emptyDir: {} },
          { name: 'login', secret: { secretName: 'login' } },
          { name: 'disk', csi: { driver: 'disk.example.com', readOnly: true } },
        ],
        nodeSelector: { disk: 'ssd' },
        tolerations: [
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
        ],
      },
      status: {
        phase: 'Running',
        hostIP: '172.16.0.10',
        podIP: '10.128.0.2',
        podIPs: [{ ip: '10.128.0.2' }],
        startTime: CREATED,
        qosClass: 'Burstable',
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'PodScheduled', status: 'True' },
        ],
        initContainerStatuses: [
          {
            name: 'init',
            image: 'busybox',
            imageID: '',
            ready: true,
            restartCount: 0,
            state: {
              terminated: {
                exitCode: 0,
                reason: 'Completed',
                startedAt: CREATED,
                finishedAt: CREATED,
              },
            },
          },
        ],
        containerStatuses: [
          {
            name: 'nginx',
            image: 'nginx:1.7.9',
            imageID: 'nginx@sha256:1',
            containerID: 'containerd://1',
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: {
              terminated: { exitCode: 1, reason: 'Error', startedAt: CREATED, finishedAt: CREATED },
            },
          },
        ],
      },
    };
    expectDescription(
      'pod',
      describePod({ object, core: { v1: { pod: { events: EVENTS } } } }, NOW),
    );
  });

  test('of a Pod that is being deleted says for how long', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('web', {
        deletionTimestamp: '2026-01-31T08:09:50Z',
        deletionGracePeriodSeconds: 30,
      }),
      spec: { containers: [{ name: 'nginx', image: 'nginx' }] },
      status: { phase: 'Pending', reason: 'Evicted', message: 'no room' },
    };
    expectDescription(
      'pod-terminating',
      describePod({ object, core: { v1: { pod: { events: [] } } } }, NOW),
    );
  });

  test('of a Deployment has its template, its ReplicaSets and its events', () => {
    const revision = 'deployment.kubernetes.io/revision';
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('web', {
        labels: { app: 'web' },
        annotations: {
          [revision]: '2',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          long: 'x'.repeat(200),
        },
      }),
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
        template: TEMPLATE,
      },
      status: {
        replicas: 4,
        updatedReplicas: 1,
        availableReplicas: 3,
        unavailableReplicas: 1,
        conditions: [{ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }],
      },
    };
    const replicaSet = (name: string, number: string, replicas: number, created: number) => ({
      metadata: {
        name,
        annotations: { [revision]: number },
        creationTimestamp: `2026-01-31T08:0${created}:00Z`,
      },
      spec: { replicas },
      status: { replicas: replicas - 1 },
    });
    const replicaSets = [
      replicaSet('web-2', '2', 2, 2),
      replicaSet('web-1', '1', 3, 1),
      replicaSet('web-0', '0', 1, 0),
    ];
    const answer = { object, apps: { v1: { deployment: { replicaSets, events: EVENTS } } } };
    expectDescription('deployment', describeDeployment(answer, NOW));
  });

  test('of a ReplicaSet counts the phases of its Pods', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: metadata('web-abc', {
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'x', controller: true },
        ],
      }),
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: undefined },
      status: {
        replicas: 2,
        conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }],
      },
    };
    const pods = (['Running', 'Pending'] as const).map((phase) => ({ status: { phase } }));
    expectDescription(
      'replica-set',
      describeReplicaSet({ object, apps: { v1: { replicaSet: { pods, events: null } } } }, NOW),
    );
  });
});
