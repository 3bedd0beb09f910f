import { describe, expect, test } from '@jest/globals';
import { isApiError } from '../../../../../src/scheme/errors.ts';
import type { ReplicaSet } from '../../../../../src/scheme/generated/types/apps-v1.ts';
import {
  isOfTemplate,
  planRollback,
  revisionOf,
} from '../../../../../src/scheme/groups/apps/deployment-revisions.ts';
import { podTemplate, storedDeployment, storedReplicaSet } from '../../../../support/workloads.ts';

function revision(number: number, annotations: Record<string, string> = {}): ReplicaSet {
  return storedReplicaSet({
    name: `web-${number}`,
    image: `nginx:${number}`,
    annotations: { 'deployment.kubernetes.io/revision': String(number), ...annotations },
  });
}

const replicaSets = [
  revision(1),
  revision(3, { 'kubernetes.io/change-cause': 'three' }),
  revision(4),
];

const deployment = storedDeployment(
  { template: podTemplate({ containers: [{ name: 'web', image: 'nginx:4' }] }) },
  {
    annotations: {
      'deployment.kubernetes.io/revision': '4',
      'kubernetes.io/change-cause': 'four',
      team: 'a',
    },
  },
);

const refusal = (toRevision: number, sets = replicaSets): string => {
  try {
    planRollback({ deployment, replicaSets: sets, toRevision });
    return 'not refused';
  } catch (thrown) {
    return isApiError(thrown) ? `${thrown.reason}: ${thrown.message}` : 'another error';
  }
};

describe('going back', () => {
  test('without a revision goes to the one before the present', () => {
    const { toRevision, isCurrent, operations } = planRollback({ deployment, replicaSets });
    expect({ toRevision, isCurrent }).toEqual({ toRevision: 3, isCurrent: false });
    expect(operations).toEqual([
      {
        op: 'add',
        path: '/spec/template',
        value: podTemplate({ containers: [{ name: 'web', image: 'nginx:3' }] }),
      },
      {
        op: 'add',
        path: '/metadata/annotations',
        value: { 'deployment.kubernetes.io/revision': '4', 'kubernetes.io/change-cause': 'three' },
      },
    ]);
  });

  test('to a revision takes that one', () => {
    expect(planRollback({ deployment, replicaSets, toRevision: 1 }).toRevision).toBe(1);
  });

  test('to the present revision has nothing to patch', () => {
    expect(planRollback({ deployment, replicaSets, toRevision: 4 }).isCurrent).toBe(true);
  });

  test('is refused for a revision that there is not, and without history', () => {
    expect(refusal(2)).toBe('NotFound: unable to find specified revision 2 in history');
    expect(refusal(0, [revision(4)])).toBe(
      'NotFound: no rollout history found for deployment "web"',
    );
  });

  test('is refused while the Deployment is paused', () => {
    const paused = storedDeployment({ paused: true });
    expect(() => planRollback({ deployment: paused, replicaSets })).toThrow(
      /^you cannot rollback a paused deployment/,
    );
  });
});

test('a ReplicaSet is of a template whatever the hash that was put into its labels', () => {
  expect(isOfTemplate(storedReplicaSet(), podTemplate())).toBe(true);
  expect(isOfTemplate(revision(1), podTemplate())).toBe(false);
});

test('a revision that is no number counts as none', () => {
  expect(revisionOf(revision(3))).toBe(3);
  const annotations = { 'deployment.kubernetes.io/revision': 'three' };
  expect(revisionOf(storedReplicaSet({ annotations }))).toBe(0);
  expect(revisionOf(storedReplicaSet())).toBe(0);
});
