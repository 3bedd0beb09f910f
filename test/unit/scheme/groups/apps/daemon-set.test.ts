import { describe, expect, test } from '@jest/globals';
import type {
  ControllerRevision,
  DaemonSet,
} from '../../../../../src/scheme/generated/types/apps-v1.ts';
import type { ReplicationController } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { controllerRevisionStrategy } from '../../../../../src/scheme/groups/apps/controller-revision.ts';
import { daemonSetStrategy } from '../../../../../src/scheme/groups/apps/daemon-set.ts';
import { replicationControllerStrategy } from '../../../../../src/scheme/groups/core/replication-controller.ts';
import {
  CREATED,
  created,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
} from '../harness.ts';

const NEGATIVE = 'must be greater than or equal to 0';
const metadata = { name: 'web', namespace: 'default', creationTimestamp: CREATED };
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
};
const DISK = { name: 'v', gcePersistentDisk: { pdName: 'disk' } };
const READ_ONLY =
  'must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only';

const AGENT: DaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata,
  spec: { selector: { matchLabels: { app: 'web' } }, template },
};

const ROLLING = 'spec.updateStrategy.rollingUpdate';

describe('the template generation of a DaemonSet', () => {
  const ANNOTATION = 'deprecated.daemonset.template.generation';
  const stored = (annotations: Record<string, string>, image = 'nginx:1'): DaemonSet => ({
    ...AGENT,
    metadata: { ...metadata, annotations },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { ...template, spec: { containers: [{ name: 'web', image }] } },
    },
  });
  const given = (generation?: string): Record<string, string> =>
    generation === undefined ? {} : { [ANNOTATION]: generation };

  test.each<[string | undefined, string]>([
    [undefined, '1'],
    ['4', '4'],
    ['0', '1'],
    ['x', '1'],
  ])('of %j begins as %j', (before, expected) => {
    const next = stored(given(before));
    daemonSetStrategy.prepareForCreate?.(next);
    expect(next.metadata.annotations).toEqual(given(expected));
  });

  test.each<[string, string | undefined, string, string | undefined, string | undefined]>([
    ['counts another template', '3', 'nginx:2', '3', '4'],
    ['stays with the template', '3', 'nginx:1', '3', '3'],
    ['is not its users’ to change', '3', 'nginx:1', '9', '3'],
    ['comes back when somebody removes it', '3', 'nginx:1', undefined, '3'],
    ['begins with the next template of one that has none', undefined, 'nginx:2', undefined, '1'],
  ])('%s', (_, before, image, after, expected) => {
    const next = stored(given(after), image);
    daemonSetStrategy.prepareForUpdate?.(next, stored(given(before)));
    expect(next.metadata.annotations?.[ANNOTATION]).toBe(expected);
  });
});

refusesOnCreate(daemonSetStrategy, AGENT, [
  [{ 'spec.minReadySeconds': -1 }, `spec.minReadySeconds: Invalid value: -1: ${NEGATIVE}`],
  [
    { 'spec.revisionHistoryLimit': -1 },
    `spec.revisionHistoryLimit: Invalid value: -1: ${NEGATIVE}`,
  ],
  [
    { 'spec.updateStrategy': { type: 'Recreate' } },
    'spec.updateStrategy: Unsupported value: {"type":"Recreate"}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    { [ROLLING]: { maxUnavailable: 0 } },
    `${ROLLING}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`,
  ],
  [
    { [ROLLING]: { maxUnavailable: 1, maxSurge: 1 } },
    `${ROLLING}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero`,
  ],
  [
    { [ROLLING]: { maxUnavailable: '200%' } },
    `${ROLLING}.maxUnavailable: Invalid value: "200%": must not be greater than 100%`,
  ],
  [
    { [ROLLING]: { maxUnavailable: 0, maxSurge: '200%' } },
    `${ROLLING}.maxSurge: Invalid value: "200%": must not be greater than 100%`,
  ],
  [
    { 'spec.selector': {} },
    'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
  ],
  [
    { 'spec.template.metadata': {} },
    'spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`',
  ],
  [
    { 'spec.template.spec.volumes': [DISK] },
    `spec.template.spec.volumes[0].gcePersistentDisk.readOnly: Invalid value: false: ${READ_ONLY}`,
  ],
  [
    { 'spec.template.spec.restartPolicy': 'Never' },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    { 'spec.template.spec.activeDeadlineSeconds': 5 },
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
  ],
]);

judgesUpdates(daemonSetStrategy, AGENT, [
  [
    { 'spec.selector.matchLabels': { app: 'b' } },
    'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
  ],
  [{ 'spec.template.spec.containers.0.image': 'nginx:2' }],
]);

const STATUS = {
  currentNumberScheduled: 1,
  desiredNumberScheduled: 1,
  numberMisscheduled: 0,
  numberReady: 1,
};

judgesStatuses(daemonSetStrategy, AGENT, [
  [STATUS],
  ...['currentNumberScheduled', 'numberReady', 'numberAvailable'].map(
    (name) =>
      [{ ...STATUS, [name]: -1 }, `status.${name}: Invalid value: -1: ${NEGATIVE}`] as const,
  ),
]);

const LEGACY: ReplicationController = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata,
  spec: { template },
};

test('a ReplicationController takes its selector and its labels from its template', () => {
  expect(created(replicationControllerStrategy, LEGACY)).toMatchObject({
    metadata: { labels: { app: 'web' } },
    spec: { replicas: 1, selector: { app: 'web' } },
    status: { replicas: 0 },
  });
});

refusesOnCreate(replicationControllerStrategy, LEGACY, [
  [{ 'spec.replicas': -1 }, `spec.replicas: Invalid value: -1: ${NEGATIVE}`],
  [{ 'spec.minReadySeconds': -1 }, `spec.minReadySeconds: Invalid value: -1: ${NEGATIVE}`],
  [{ 'spec.template.metadata': {} }, 'spec.selector: Required value'],
  [
    { 'spec.selector': { app: 'b' } },
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [{ spec: { selector: { a: 'b' } } }, 'spec.template: Required value'],
  [
    { 'spec.replicas': 2, 'spec.template.spec.volumes': [DISK] },
    `spec.template.spec.volumes[0].gcePersistentDisk.readOnly: Invalid value: false: ${READ_ONLY}`,
  ],
  [
    { 'spec.template.spec.restartPolicy': 'OnFailure' },
    'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
  ],
]);

judgesStatuses(replicationControllerStrategy, LEGACY, [
  [{ replicas: 1, readyReplicas: 1, availableReplicas: 1 }],
  [
    { replicas: 1, readyReplicas: 2 },
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ],
  [
    { replicas: 1, availableReplicas: 1 },
    'status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas',
  ],
]);

test('a ReplicationController is shown as kubectl shows it', () => {
  expect(
    rowOf(replicationControllerStrategy, created(replicationControllerStrategy, LEGACY)),
  ).toEqual({
    Name: 'web',
    Desired: '1',
    Current: '0',
    Ready: '0',
    Age: '10m',
    Containers: 'web',
    Images: 'nginx:1',
    Selector: 'app=web',
  });
});

const REVISION: ControllerRevision = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    ...metadata,
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: '1', controller: true },
    ],
  },
  data: { a: 1 },
  revision: 3,
};

refusesOnCreate(controllerRevisionStrategy, REVISION, [
  [{ data: undefined }, 'data: Required value: data is mandatory'],
  [{ revision: -1 }, `revision: Invalid value: -1: ${NEGATIVE}`],
]);

judgesUpdates(controllerRevisionStrategy, REVISION, [
  [{ data: { a: 2 } }, 'data: Invalid value: {"a":2}: field is immutable'],
  [{ revision: 4 }],
]);

test('a ControllerRevision is shown with whom it is of', () => {
  expect(rowOf(controllerRevisionStrategy, REVISION)).toEqual({
    Name: 'web',
    Controller: 'statefulset.apps/db',
    Revision: '3',
    Age: '10m',
  });
});
