import { describe, expect, test } from '@jest/globals';
import { allowsSurge, rolloutLimits } from '../../../../src/controllers/daemonset/limits.ts';
import type {
  DaemonSet,
  DaemonSetUpdateStrategy,
} from '../../../../src/scheme/generated/types/apps-v1.ts';
import { storedDaemonSet } from '../../../support/workloads.ts';

const withStrategy = (updateStrategy: DaemonSetUpdateStrategy): DaemonSet =>
  storedDaemonSet({ updateStrategy });

describe('the limits of a rolling update', () => {
  test.each([
    [{}, 10, 1, 0],
    [{ maxUnavailable: 3 }, 10, 3, 0],
    [{ maxUnavailable: '25%' }, 10, 3, 0],
    [{ maxUnavailable: '1%' }, 10, 1, 0],
    [{ maxUnavailable: '100%' }, 7, 7, 0],
    [{ maxUnavailable: 0, maxSurge: '10%' }, 11, 0, 2],
    [{ maxUnavailable: 0, maxSurge: 1 }, 10, 0, 1],
    [{ maxUnavailable: 0, maxSurge: 0 }, 10, 1, 0],
    [{ maxUnavailable: '0%', maxSurge: '0%' }, 1, 1, 0],
    [{ maxUnavailable: '25%' }, 0, 0, 0],
  ] as const)(
    'of %j on %i nodes leave %i without a Pod and %i with two',
    (rollingUpdate, nodes, maxUnavailable, maxSurge) => {
      const daemonSet = withStrategy({ type: 'RollingUpdate', rollingUpdate });
      expect(rolloutLimits(daemonSet, nodes)).toEqual({ maxUnavailable, maxSurge });
    },
  );
});

test.each([
  [{ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '1%' } }, true],
  [{ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }, false],
  [{ type: 'RollingUpdate' }, false],
  [{ type: 'OnDelete', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }, false],
] as const)('a node may have two Pods by %j: %s', (strategy, expected) => {
  expect(allowsSurge(withStrategy(strategy))).toBe(expected);
});
