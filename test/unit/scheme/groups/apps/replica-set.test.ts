import { expect, test } from '@jest/globals';
import type { ReplicaSet } from '../../../../../src/scheme/generated/types/apps-v1.ts';
import { replicaSetStrategy } from '../../../../../src/scheme/groups/apps/replica-set.ts';
import {
  CREATED,
  created,
  errorsOnCreate,
  errorsOnStatusUpdate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

const WEB: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', creationTimestamp: CREATED },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1' }] },
    },
  },
};

test('a ReplicaSet has one replica by default, and starts without any', () => {
  const object = created(replicaSetStrategy, WEB);
  expect(object.spec?.replicas).toBe(1);
  expect(object.status).toEqual({ replicas: 0 });
  expect(object.spec?.template?.spec?.restartPolicy).toBe('Always');
  expect(errorsOnCreate(replicaSetStrategy, WEB)).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['negative replicas', { 'spec.replicas': -1 }, 'spec.replicas: Invalid value: -1'],
  ['an empty selector', { 'spec.selector': {} }, 'spec.selector: Invalid value: {}'],
  ['no template', { 'spec.template': undefined }, 'spec.template: Required value'],
  ['no spec', { spec: undefined }, 'spec: Required value'],
])('a ReplicaSet is refused for %s', (_, members, message) => {
  expect(errorsOnCreate(replicaSetStrategy, withMembers(WEB, members)).join()).toContain(message);
});

test('the selector of a ReplicaSet is immutable', () => {
  const next = withMembers(WEB, { 'spec.selector.matchLabels.app': 'api' });
  expect(errorsOnUpdate(replicaSetStrategy, next, WEB)[0]).toContain('field is immutable');
});

test('the counts of a ReplicaSet stay within its replicas', () => {
  const next = withMembers(WEB, {
    status: { replicas: 1, readyReplicas: 2, availableReplicas: 3 },
  });
  expect(errorsOnStatusUpdate(replicaSetStrategy, next, WEB)).toEqual([
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
    'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
  ]);
});

test('a ReplicaSet is shown as kubectl shows it', () => {
  const object = withMembers(WEB, {
    'spec.replicas': 3,
    status: { replicas: 2, readyReplicas: 1 },
  });
  expect(rowOf(replicaSetStrategy, object)).toEqual({
    Name: 'web',
    Desired: '3',
    Current: '2',
    Ready: '1',
    Age: '10m',
    Containers: 'web',
    Images: 'web:1',
    Selector: 'app=web',
  });
});
