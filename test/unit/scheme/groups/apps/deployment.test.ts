import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../../../../src/scheme/generated/types/apps-v1.ts';
import { deploymentStrategy } from '../../../../../src/scheme/groups/apps/deployment.ts';
import {
  CREATED,
  columnsOf,
  created,
  defaulted,
  errorsOnCreate,
  errorsOnStatusUpdate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

/** The manifest that every tutorial starts with. */
const NGINX: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'nginx-deployment' },
  spec: {
    selector: { matchLabels: { app: 'nginx' } },
    replicas: 2,
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [{ name: 'nginx', image: 'nginx:1.7.9', ports: [{ containerPort: 80 }] }],
      },
    },
  },
};

describe('the nginx Deployment', () => {
  test('gets the defaults that a real cluster gives it', () => {
    expect(created(deploymentStrategy, NGINX)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'nginx-deployment' },
      spec: {
        progressDeadlineSeconds: 600,
        replicas: 2,
        revisionHistoryLimit: 10,
        selector: { matchLabels: { app: 'nginx' } },
        strategy: {
          rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
          type: 'RollingUpdate',
        },
        template: {
          metadata: { labels: { app: 'nginx' } },
          spec: {
            containers: [
              {
                image: 'nginx:1.7.9',
                imagePullPolicy: 'IfNotPresent',
                name: 'nginx',
                ports: [{ containerPort: 80, protocol: 'TCP' }],
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
              },
            ],
            dnsPolicy: 'ClusterFirst',
            restartPolicy: 'Always',
            schedulerName: 'default-scheduler',
            securityContext: {},
            terminationGracePeriodSeconds: 30,
          },
        },
      },
      status: {},
    });
  });

  test('is as it was when defaults are applied again', () => {
    const once = defaulted(deploymentStrategy, NGINX);
    expect(defaulted(deploymentStrategy, once)).toEqual(once);
  });

  test('is valid', () => {
    expect(errorsOnCreate(deploymentStrategy, NGINX)).toEqual([]);
  });
});

test('one replica is the default, and Recreate gets no rolling update', () => {
  const recreate = withMembers(NGINX, {
    'spec.replicas': undefined,
    'spec.strategy': { type: 'Recreate' },
  });
  const { spec } = defaulted(deploymentStrategy, recreate);
  expect(spec?.replicas).toBe(1);
  expect(spec?.strategy).toEqual({ type: 'Recreate' });
});

describe('a Deployment is refused', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'for negative replicas',
      { 'spec.replicas': -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'for negative minReadySeconds',
      { 'spec.minReadySeconds': -1 },
      'spec.minReadySeconds: Invalid value: -1',
    ],
    [
      'for a negative history',
      { 'spec.revisionHistoryLimit': -1 },
      'spec.revisionHistoryLimit: Invalid value: -1',
    ],
    ['without a selector', { 'spec.selector': undefined }, 'spec.selector: Required value'],
    [
      'for an empty selector',
      { 'spec.selector': {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'for a selector that does not match the template',
      { 'spec.selector': { matchLabels: { app: 'web' } } },
      'spec.template.metadata.labels: Invalid value: {"app":"nginx"}: `selector` does not match template `labels`',
    ],
    [
      'for a selector with a bad label',
      { 'spec.selector.matchLabels.a b': 'c' },
      'spec.selector.matchLabels: Invalid value: "a b"',
    ],
    [
      'for a deadline within minReadySeconds',
      { 'spec.minReadySeconds': 600 },
      'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
    ],
    [
      'for a strategy that is none',
      { 'spec.strategy': { type: 'BlueGreen' } },
      'spec.strategy.type: Unsupported value: "BlueGreen": supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'for a rolling update of Recreate',
      { 'spec.strategy': { type: 'Recreate', rollingUpdate: {} } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'when nothing may move',
      { 'spec.strategy.rollingUpdate': { maxSurge: 0, maxUnavailable: '0%' } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'for more than everything unavailable',
      { 'spec.strategy.rollingUpdate.maxUnavailable': '101%' },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [
      'for a percentage that is none',
      { 'spec.strategy.rollingUpdate.maxSurge': 'half' },
      'spec.strategy.rollingUpdate.maxSurge: Invalid value: "half": a valid percent string must be a numeric string followed by an ending \'%\'',
    ],
    [
      'for a negative surge',
      { 'spec.strategy.rollingUpdate.maxSurge': -1 },
      'spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'for Pods that do not restart',
      { 'spec.template.spec.restartPolicy': 'Never' },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'for Pods with a deadline',
      { 'spec.template.spec.activeDeadlineSeconds': 5 },
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
    [
      'without containers',
      { 'spec.template.spec.containers': [] },
      'spec.template.spec.containers: Required value',
    ],
    [
      'for a container without image',
      { 'spec.template.spec.containers.0.image': undefined },
      'spec.template.spec.containers[0].image: Required value',
    ],
    [
      'for template labels that cannot be',
      { 'spec.template.metadata.labels.x': 'a b' },
      'spec.template.labels: Invalid value: "a b"',
    ],
    [
      'for ephemeral containers in the template',
      { 'spec.template.spec.ephemeralContainers': [{ name: 'debug', image: 'busybox' }] },
      'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
    ],
  ])('%s', (_, members, message) => {
    const errors = errorsOnCreate(deploymentStrategy, withMembers(NGINX, members));
    expect(errors.join('\n')).toContain(message);
  });
});

test('the selector of a Deployment is immutable', () => {
  const next = withMembers(NGINX, { 'spec.selector.matchLabels.app': 'web' });
  expect(errorsOnUpdate(deploymentStrategy, next, NGINX)).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: field is immutable',
  ]);
  const scaled = withMembers(NGINX, { 'spec.replicas': 50 });
  expect(errorsOnUpdate(deploymentStrategy, scaled, NGINX)).toEqual([]);
});

describe('the two doors of a Deployment', () => {
  const current = withMembers(NGINX, { status: { replicas: 2 }, 'metadata.labels': { a: '1' } });

  test('an update keeps the status', () => {
    const next = withMembers(current, { status: { replicas: 9 }, 'spec.replicas': 3 });
    deploymentStrategy.prepareForUpdate?.(next, current);
    expect(next.status).toEqual({ replicas: 2 });
    expect(next.spec?.replicas).toBe(3);
  });

  test('an update of the status keeps the spec and the labels', () => {
    const next = withMembers(current, {
      status: { replicas: 9 },
      'spec.replicas': 3,
      'metadata.labels': {},
    });
    deploymentStrategy.prepareForStatusUpdate?.(next, current);
    expect(next.status).toEqual({ replicas: 9 });
    expect(next.spec).toEqual(current.spec);
    expect(next.metadata.labels).toEqual({ a: '1' });
  });

  test('the spec and the annotations make a new generation, labels do not', () => {
    const changes = (members: Record<string, unknown>) =>
      deploymentStrategy.changesGeneration?.(withMembers(current, members), current);
    expect(changes({ 'spec.replicas': 3 })).toBe(true);
    expect(changes({ 'metadata.annotations': { a: 'b' } })).toBe(true);
    expect(changes({ 'metadata.labels': {} })).toBe(false);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['negative', { replicas: -1 }, 'status.replicas: Invalid value: -1'],
    [
      'more ready than there are',
      { replicas: 1, readyReplicas: 2 },
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ],
    [
      'more available than ready',
      { replicas: 2, readyReplicas: 1, availableReplicas: 2 },
      'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas',
    ],
  ])('a status cannot be %s', (_, status, message) => {
    const next = withMembers(current, { status });
    expect(errorsOnStatusUpdate(deploymentStrategy, next, current).join()).toContain(message);
  });

  test('collisions are never uncounted', () => {
    const before = withMembers(current, { 'status.collisionCount': 2 });
    const next = withMembers(current, { 'status.collisionCount': 1 });
    expect(errorsOnStatusUpdate(deploymentStrategy, next, before)).toEqual([
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });
});

test('a Deployment is shown as kubectl shows it', () => {
  const object = withMembers(NGINX, {
    'metadata.creationTimestamp': CREATED,
    status: { replicas: 2, readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 },
  });
  expect(columnsOf(deploymentStrategy)).toEqual({
    shown: ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
    wide: ['Containers', 'Images', 'Selector'],
  });
  expect(rowOf(deploymentStrategy, object)).toEqual({
    Name: 'nginx-deployment',
    Ready: '1/2',
    'Up-to-date': '2',
    Available: '1',
    Age: '10m',
    Containers: 'nginx',
    Images: 'nginx:1.7.9',
    Selector: 'app=nginx',
  });
});
