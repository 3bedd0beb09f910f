import { expect, test } from '@jest/globals';
import { podFromTemplate } from '../../../../src/controllers/shared/pod-template.ts';
import { storedReplicaSet } from '../../../support/workloads.ts';

test('a Pod takes metadata and spec from the template, shares nothing with it, and is owned', () => {
  const replicaSet = storedReplicaSet({ name: 'web-abc' });
  const pod = podFromTemplate(replicaSet, replicaSet.spec?.template);
  expect(pod.metadata).toMatchObject({
    generateName: 'web-abc-',
    namespace: 'default',
    labels: { app: 'web' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web-abc', controller: true }],
  });
  expect(pod.spec).toEqual(replicaSet.spec?.template?.spec);
  expect(pod.spec).not.toBe(replicaSet.spec?.template?.spec);
});
