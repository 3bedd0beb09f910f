import { expect, test } from '@jest/globals';
import { planHistoryCleanup } from '../../../../src/controllers/deployment/history.ts';
import type { ReplicaSet } from '../../../../src/scheme/generated/types/apps-v1.ts';
import {
  type StoredReplicaSetFields,
  storedDeployment,
  storedReplicaSet,
} from '../../../support/workloads.ts';

function revision(number: number, fields: StoredReplicaSetFields = {}): ReplicaSet {
  const annotations = { 'deployment.kubernetes.io/revision': String(number) };
  return storedReplicaSet({ name: `r${number}`, replicas: 0, annotations, ...fields });
}

function removed(limit: number, old: readonly ReplicaSet[]): (string | undefined)[] {
  const deployment = storedDeployment({ revisionHistoryLimit: limit });
  return planHistoryCleanup(deployment, old).map(({ metadata }) => metadata.name);
}

const three = [revision(10), revision(9), revision(11)];

test.each([
  [0, ['r9', 'r10', 'r11']],
  [1, ['r9', 'r10']],
  [3, []],
  [2_147_483_647, []],
])('a limit of %i removes %j', (limit, expected) => {
  expect(removed(limit, three)).toEqual(expected);
});

test.each<[string, StoredReplicaSetFields]>([
  ['wants Pods', { replicas: 1 }],
  ['still has Pods', { status: { replicas: 1 } }],
  ['has not been looked at since it was changed', { metadata: { generation: 2 } }],
])('an old ReplicaSet that %s stays', (_, fields) => {
  expect(removed(1, [revision(1, fields), revision(2)])).toEqual([]);
});

test('one that is being deleted already does not count', () => {
  const going = revision(1, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  expect(removed(1, [going, revision(2)])).toEqual([]);
});
