import { describe, expect, test } from '@jest/globals';
import { IndexSet } from '../../../../src/controllers/job/index-set.ts';
import { judgeFailure } from '../../../../src/controllers/job/pod-failure-policy.ts';
import { successMessage } from '../../../../src/controllers/job/success-policy.ts';
import type {
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';

const ended = (name: string, exitCode?: number): ContainerStatus => ({
  name,
  image: 'a',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: exitCode === undefined ? { running: {} } : { terminated: { exitCode } },
});

const pod = (
  containerStatuses: ContainerStatus[],
  initContainerStatuses: ContainerStatus[] = [],
  conditions: NonNullable<Pod['status']>['conditions'] = [],
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'ns', name: 'pod' },
  status: { phase: 'Failed', containerStatuses, initContainerStatuses, conditions },
});

const exits = (
  action: PodFailurePolicyRule['action'],
  operator: 'In' | 'NotIn',
  values: number[],
  containerName?: string,
): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator, values, ...(containerName ? { containerName } : {}) },
});
const disrupted = { type: 'DisruptionTarget', status: 'True' };

describe('a Pod failure policy', () => {
  test.each<
    [
      name: string,
      rules: PodFailurePolicyRule[],
      pod: Pod,
      action: string | undefined,
      message?: string,
    ]
  >([
    ['no rule', [], pod([ended('a', 1)]), undefined],
    ['a code that is listed', [exits('Count', 'In', [1, 3])], pod([ended('a', 3)]), 'Count'],
    ['a code that is not listed', [exits('Count', 'In', [1])], pod([ended('a', 3)]), undefined],
    ['a code out of a list', [exits('Ignore', 'NotIn', [1])], pod([ended('a', 3)]), 'Ignore'],
    [
      'success, which no rule is about',
      [exits('Ignore', 'NotIn', [1])],
      pod([ended('a', 0)]),
      undefined,
    ],
    ['a container that still runs', [exits('Ignore', 'NotIn', [1])], pod([ended('a')]), undefined],
    [
      'the container that is named',
      [exits('Count', 'In', [3], 'b')],
      pod([ended('a', 3)]),
      undefined,
    ],
    ['an init container', [exits('Count', 'In', [3])], pod([ended('a')], [ended('i', 3)]), 'Count'],
    [
      'the first rule that fits',
      [exits('Ignore', 'In', [3]), exits('FailJob', 'In', [3])],
      pod([ended('a', 3)]),
      'Ignore',
    ],
    [
      'a code that ends the Job',
      [exits('Count', 'In', [1]), exits('FailJob', 'In', [3])],
      pod([ended('a', 0), ended('b', 3)]),
      'FailJob',
      'Container b for pod ns/pod failed with exit code 3 matching FailJob rule at index 1',
    ],
    [
      'a condition that ends the Job',
      [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget' }] }],
      pod([], [], [disrupted]),
      'FailJob',
      'Pod ns/pod has condition DisruptionTarget matching FailJob rule at index 0',
    ],
    [
      'a condition of another status',
      [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'False' }] }],
      pod([], [], [disrupted]),
      undefined,
    ],
    [
      'a code that ends an index',
      [exits('FailIndex', 'In', [3])],
      pod([ended('a', 3)]),
      'FailIndex',
    ],
  ])('judges by %s', (_, rules, failed, action, ...[message]) => {
    const verdict = judgeFailure({ rules }, failed);
    expect(verdict.action).toBe(action);
    expect(verdict.message).toBe(message);
    expect(verdict.counts).toBe(action !== 'Ignore');
  });
});

describe('a success policy', () => {
  test.each<
    [name: string, rules: SuccessPolicyRule[], succeeded: number[], met: number | undefined]
  >([
    ['nothing has succeeded', [{ succeededCount: 1 }], [], undefined],
    ['enough have', [{ succeededCount: 2 }], [3, 5], 0],
    ['too few have', [{ succeededCount: 3 }], [3, 5], undefined],
    ['all that are named have', [{ succeededIndexes: '1-2,4' }], [1, 2, 4, 7], 0],
    ['one that is named has not', [{ succeededIndexes: '1-2,4' }], [1, 4], undefined],
    ['enough of those named have', [{ succeededIndexes: '1-9', succeededCount: 2 }], [2, 8], 0],
    ['others have', [{ succeededIndexes: '1-3', succeededCount: 2 }], [3, 7, 8], undefined],
    ['the second rule is met', [{ succeededIndexes: '0' }, { succeededCount: 1 }], [4], 1],
  ])('when %s', (_, rules, succeeded, met) => {
    const message = met === undefined ? undefined : `Matched rules at index ${met}`;
    expect(successMessage({ rules }, 10, IndexSet.of(succeeded))).toBe(message);
  });

  test('that nobody wrote is never met', () => {
    expect(successMessage(undefined, 10, IndexSet.of([1]))).toBeUndefined();
  });
});
