import { describe, expect, test } from '@jest/globals';
import { maxSurge, maxUnavailable } from '../../../../src/controllers/deployment/limits.ts';
import { storedDeployment } from '../../../support/workloads.ts';

describe('maxSurge is rounded up and maxUnavailable down', () => {
  test.each([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [4, 1, 1, 1, 1],
    [4, 0, '10%', 0, 1],
    [4, '0%', '0%', 0, 1],
    [2, 0, 10, 0, 2],
    [0, '25%', '25%', 0, 0],
  ])(
    '%i replicas, surge %s, unavailable %s: %i and %i',
    (replicas, surge, unavailable, up, down) => {
      const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable };
      const deployment = storedDeployment({
        replicas,
        strategy: { type: 'RollingUpdate', rollingUpdate },
      });
      expect([maxSurge(deployment), maxUnavailable(deployment)]).toEqual([up, down]);
    },
  );

  test('and both are nothing with the Recreate strategy', () => {
    const deployment = storedDeployment({ replicas: 10, strategy: { type: 'Recreate' } });
    expect([maxSurge(deployment), maxUnavailable(deployment)]).toEqual([0, 0]);
  });
});
