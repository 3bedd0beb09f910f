import { expect, test } from '@jest/globals';
import { createControllers } from '../../../src/controllers/controllers.ts';
import { STRATEGIES } from '../../../src/scheme/groups/strategies.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';

/**
 * Whose failed keys wait otherwise than by default (5 ms to 1,000 s), in seconds: of Kubernetes' controllers as their constructors
 * say, of those that stand for CSI sidecars as their flags default.
 */
const OTHERWISE = {
  'certificate-approver': [0.2, 1_000],
  'certificate-signer': [0.2, 1_000],
  endpointslice: [1, 1_000],
  'endpointslice-mirroring': [1, 100],
  'horizontal-pod-autoscaler': [15, 15],
  job: [1, 60],
  namespace: [0.005, 60],
  'volume-attacher': [1, 300],
  'volume-modifier': [1, 300],
  'volume-provisioner': [1, 300],
};

test('the keys of each controller back off as those of its model do', () => {
  const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: '' });
  const controllers = createControllers({
    resources: scheme,
    findResource: ({ group, resource }) => scheme.preferred(group, resource),
    types: scheme,
  });
  const otherwise = controllers.flatMap(({ failureBackoff, name }) =>
    failureBackoff
      ? [[name, [failureBackoff.baseMs / 1_000, failureBackoff.maxMs / 1_000]] as const]
      : [],
  );
  expect(Object.fromEntries(otherwise)).toEqual(OTHERWISE);
});
