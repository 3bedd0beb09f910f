import { describe, expect, test } from '@jest/globals';
import {
  isNoStricter,
  policyOf,
} from '../../../../../src/apiserver/admission/pod-security/policy.ts';

describe('the labels of a namespace', () => {
  const P = 'pod-security.kubernetes.io/';
  test.each([
    [undefined, 'privileged', []],
    [{ [`${P}enforce`]: 'baseline' }, 'baseline', []],
    [
      { [`${P}enforce`]: 'strict' },
      'restricted',
      [`metadata.labels[${P}enforce] must be one of privileged, baseline, restricted`],
    ],
    [
      { [`${P}enforce`]: 'baseline', [`${P}enforce-version`]: '1.25' },
      'baseline',
      [`metadata.labels[${P}enforce-version] must be "latest" or "v1.x"`],
    ],
    [
      { [`${P}warn`]: 'x', [`${P}audit-version`]: 'v1.01' },
      'privileged',
      [
        `metadata.labels[${P}audit-version] must be "latest" or "v1.x"`,
        `metadata.labels[${P}warn] must be one of privileged, baseline, restricted`,
      ],
    ],
  ])('%j enforce %s', (labels, level, wrong) => {
    const { policy, errors } = policyOf(labels);
    expect(policy.enforce.level).toBe(level);
    expect(errors.map(({ field, detail }) => `${field} ${detail}`)).toEqual(wrong);
  });

  test.each([
    ['privileged', 1, 'baseline', 1, true],
    ['baseline', 1, 'baseline', 1, true],
    ['baseline', 1, 'restricted', 1, true],
    ['restricted', 1, 'baseline', 1, false],
    ['baseline', 2, 'baseline', 1, false],
    ['privileged', 2, 'restricted', 1, true],
  ] as const)('%s:v1.%i asks for no more than %s:v1.%i: %s', (level, minor, other, then, isNo) => {
    expect(isNoStricter({ level, minor }, { level: other, minor: then })).toBe(isNo);
  });
});
