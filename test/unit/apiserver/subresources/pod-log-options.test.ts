import { expect, test } from '@jest/globals';
import {
  assertValidLogOptions,
  type PodLogOptions,
} from '../../../../src/apiserver/subresources/pod-log-options.ts';

test.each<PodLogOptions>([
  {},
  { tailLines: 0 },
  { limitBytes: 1 },
  { sinceSeconds: 1 },
  { sinceTime: '2026-01-01T00:00:00Z' },
])('%j is accepted', (options) => {
  expect(() => assertValidLogOptions('web', options)).not.toThrow();
});

test.each<[PodLogOptions, string]>([
  [{ tailLines: -1 }, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
  [{ limitBytes: 0 }, 'limitBytes: Invalid value: 0: must be greater than 0'],
  [{ sinceSeconds: 0 }, 'sinceSeconds: Invalid value: 0: must be greater than 0'],
  [
    { sinceSeconds: 1, sinceTime: '2026-01-01T00:00:00Z' },
    ': Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
  [
    { sinceTime: 'yesterday' },
    'sinceTime: Invalid value: "yesterday": must be a time as RFC 3339 writes it',
  ],
])('%j is refused', (options, problem) => {
  expect(() => assertValidLogOptions('web', options)).toThrow(
    expect.objectContaining({
      reason: 'Invalid',
      message: `PodLogOptions "web" is invalid: ${problem}`,
    }),
  );
});
