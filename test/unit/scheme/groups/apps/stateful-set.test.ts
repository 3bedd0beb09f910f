import { expect, test } from '@jest/globals';
import type { StatefulSet } from '../../../../../src/scheme/generated/types/apps-v1.ts';
import { statefulSetStrategy } from '../../../../../src/scheme/groups/apps/stateful-set.ts';
import { created, judgesStatuses, judgesUpdates, refusesOnCreate } from '../harness.ts';

const DB: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'db' } },
    serviceName: 'db',
    template: {
      metadata: { labels: { app: 'db' } },
      spec: { containers: [{ name: 'db', image: 'postgres:18' }] },
    },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1024Mi' } },
        },
      },
    ],
  },
};

test('a StatefulSet gets the defaults of Kubernetes, its claims too', () => {
  expect(created(statefulSetStrategy, DB)).toMatchObject({
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } } },
          status: { phase: 'Pending' },
        },
      ],
    },
    status: { replicas: 0 },
  });
});

const ROLLING = 'spec.updateStrategy.rollingUpdate';
const NEGATIVE = 'must be greater than or equal to 0';

refusesOnCreate(statefulSetStrategy, DB, [
  [{ 'spec.replicas': -1 }, `spec.replicas: Invalid value: -1: ${NEGATIVE}`],
  [{ 'spec.minReadySeconds': -1 }, `spec.minReadySeconds: Invalid value: -1: ${NEGATIVE}`],
  [
    { 'spec.revisionHistoryLimit': -1 },
    `spec.revisionHistoryLimit: Invalid value: -1: ${NEGATIVE}`,
  ],
  [{ 'spec.ordinals': { start: -1 } }, `spec.ordinals.start: Invalid value: -1: ${NEGATIVE}`],
  [
    { 'spec.podManagementPolicy': 'Serial' },
    "spec.podManagementPolicy: Invalid value: \"Serial\": must be 'OrderedReady' or 'Parallel'",
  ],
  [
    { 'spec.updateStrategy': { type: 'Recreate' } },
    'spec.updateStrategy: Invalid value: {"type":"Recreate"}: must be \'RollingUpdate\' or \'OnDelete\'',
  ],
  [
    { 'spec.updateStrategy': { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
    `${ROLLING}: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`,
  ],
  [{ [`${ROLLING}.partition`]: -1 }, `${ROLLING}.partition: Invalid value: -1: ${NEGATIVE}`],
  [
    { [`${ROLLING}.maxUnavailable`]: 0 },
    `${ROLLING}.maxUnavailable: Invalid value: 0: cannot be 0`,
  ],
  [
    { [`${ROLLING}.maxUnavailable`]: '101%' },
    `${ROLLING}.maxUnavailable: Invalid value: "101%": must not be greater than 100%`,
  ],
  [
    { [`${ROLLING}.maxUnavailable`]: -1 },
    `${ROLLING}.maxUnavailable: Invalid value: -1: ${NEGATIVE}`,
  ],
  [
    { 'spec.persistentVolumeClaimRetentionPolicy': { whenDeleted: 'Recycle' } },
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Recycle": supported values: "Retain", "Delete"',
  ],
  [
    { 'spec.selector': {} },
    'spec.selector: Invalid value: {}: empty selector is invalid for statefulset',
  ],
  [
    { 'spec.template.metadata.labels': { app: 'web' } },
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    { 'spec.template.spec.restartPolicy': 'Never' },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    { 'spec.template.spec.activeDeadlineSeconds': 5 },
    'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported',
  ],
]);

const FORBIDDEN =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

judgesUpdates(statefulSetStrategy, DB, [
  [{ 'spec.serviceName': 'other' }, FORBIDDEN],
  [{ 'spec.selector.matchLabels.more': 'x' }, FORBIDDEN],
  [{ 'spec.podManagementPolicy': 'Parallel' }, FORBIDDEN],
  [{ 'spec.volumeClaimTemplates': [] }, FORBIDDEN],
  [{ 'spec.replicas': 3, 'spec.minReadySeconds': 5, 'spec.revisionHistoryLimit': 2 }],
  [{ 'spec.ordinals': { start: 1 }, 'spec.updateStrategy': { type: 'OnDelete' } }],
  [{ 'spec.template.spec.containers.0.image': 'postgres:19' }],
]);

const MORE = 'cannot be greater than status.replicas';

judgesStatuses(statefulSetStrategy, DB, [
  [{ replicas: 2, readyReplicas: 2, currentReplicas: 1, updatedReplicas: 1, availableReplicas: 2 }],
  [{ replicas: -1 }, `status.replicas: Invalid value: -1: ${NEGATIVE}`],
  [{ replicas: 1, readyReplicas: 2 }, `status.readyReplicas: Invalid value: 2: ${MORE}`],
  [{ replicas: 1, currentReplicas: 2 }, `status.currentReplicas: Invalid value: 2: ${MORE}`],
  [{ replicas: 1, updatedReplicas: 2 }, `status.updatedReplicas: Invalid value: 2: ${MORE}`],
  [
    { replicas: 2, readyReplicas: 1, availableReplicas: 2 },
    'status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas',
  ],
  [
    { replicas: 0, observedGeneration: -1 },
    `status.observedGeneration: Invalid value: -1: ${NEGATIVE}`,
  ],
]);

test('the collisions of a StatefulSet are counted up alone', () => {
  const current = { ...DB, status: { replicas: 0, collisionCount: 2 } };
  const next = { ...DB, status: { replicas: 0, collisionCount: 1 } };
  expect(statefulSetStrategy.validateStatusUpdate?.(next, current)).toEqual([
    {
      type: 'FieldValueInvalid',
      field: 'status.collisionCount',
      value: 1,
      detail: 'cannot be decremented',
    },
  ]);
});
