import { describe, expect, test } from '@jest/globals';
import {
  scalableResource,
  scaleOfAnswer,
  scaleOfWorkload,
  type Workload,
} from '../../../../src/controllers/disruption/scales.ts';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';
import type { Scale } from '../../../../src/scheme/generated/types/autoscaling-v1.ts';
import type { OwnerReference } from '../../../../src/scheme/object.ts';

const reference = (kind: string, uid: string, apiVersion = 'apps/v1'): OwnerReference => ({
  apiVersion,
  kind,
  name: uid,
  uid,
  controller: true,
});

const workload = (uid: string, replicas?: number, owner?: OwnerReference): Workload => ({
  apiVersion: 'apps/v1',
  kind: 'Any',
  metadata: { name: uid, uid, ...(owner ? { ownerReferences: [owner] } : {}) },
  ...(replicas === undefined ? {} : { spec: { replicas } }),
});

describe('the scale of a Pod’s owner', () => {
  const SET = reference('ReplicaSet', 'set');
  const DEPLOYMENT = reference('Deployment', 'deployment');

  test.each<[title: string, workloads: Workload[], scale: object | undefined]>([
    ['is its number of replicas', [workload('set', 3)], { uid: 'set', replicas: 3 }],
    ['is one where it says nothing', [workload('set')], { uid: 'set', replicas: 1 }],
    ['may be none', [workload('set', 0)], { uid: 'set', replicas: 0 }],
    ['is unknown when it is gone', [], undefined],
    [
      'is that of its own owner',
      [workload('set', 3, DEPLOYMENT), workload('deployment', 10)],
      { uid: 'deployment', replicas: 10 },
    ],
    [
      'is its own when that owner is gone',
      [workload('set', 3, DEPLOYMENT)],
      { uid: 'set', replicas: 3 },
    ],
    [
      'is its own when who owns it is no controller',
      [workload('set', 3, { ...DEPLOYMENT, controller: false }), workload('deployment', 10)],
      { uid: 'set', replicas: 3 },
    ],
  ])('%s', (_title, workloads, scale) => {
    const find = ({ uid }: OwnerReference) => workloads.find((one) => one.metadata.uid === uid);
    expect(scaleOfWorkload(SET, find)).toEqual(scale);
  });
});

describe('what an owner of another kind answers', () => {
  const OWNER = reference('Widget', 'u', 'example.com/v1');
  const answer = (uid: string, replicas?: number): Scale => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'u', uid },
    ...(replicas === undefined ? {} : { spec: { replicas } }),
  });

  test.each<[title: string, answered: Scale | undefined, scale: object | undefined]>([
    ['counts', answer('u', 4), { uid: 'u', replicas: 4 }],
    ['is none where it says nothing', answer('u'), { uid: 'u', replicas: 0 }],
    ['does not count when it is a namesake', answer('other', 4), undefined],
    ['does not count when it is gone', undefined, undefined],
  ])('%s', (_title, answered, scale) => {
    expect(scaleOfAnswer(OWNER, answered)).toEqual(scale);
  });
});

describe('the scale of owners', () => {
  test('is asked of their kind', () => {
    expect(scalableResource(reference('StatefulSet', 'u'), RESOURCE_DEFINITIONS)).toEqual({
      group: 'apps',
      version: 'v1',
      resource: 'statefulsets',
      kind: 'StatefulSet',
      namespaced: true,
    });
  });

  test.each([
    ['Job', 'batch/v1', 'jobs.batch does not implement the scale subresource'],
    ['Widget', 'example.com/v1', 'no matches for kind "Widget" in version "example.com/v1"'],
    ['StatefulSet', 'apps/v9', 'no matches for kind "StatefulSet" in version "apps/v9"'],
  ])('cannot be had of %s in %s', (kind, apiVersion, message) => {
    const owner = reference(kind, 'u', apiVersion);
    expect(() => scalableResource(owner, RESOURCE_DEFINITIONS)).toThrow(message);
  });
});
