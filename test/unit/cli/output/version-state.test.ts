import { expect, test } from '@jest/globals';
import { formatState } from '../../../../src/cli/output/version-state.ts';

const served = { served: true, deprecation: null, removedIn: null };
const off = { ...served, served: false };
const old = { served: true, deprecation: 'use apps/v1', removedIn: '1.16' };

test.each([
  [[served], 'served'],
  [[off], 'off'],
  [[{ ...old, served: false }], 'off'],
  [[old], 'deprecated, removed in v1.16'],
  [[old, old], 'deprecated, removed in v1.16'],
  [[old, { ...old, removedIn: '1.22' }], 'deprecated'],
  [[{ ...old, removedIn: null }], 'deprecated'],
  [[old, served], 'served'],
  [[off, old], 'deprecated, removed in v1.16'],
])('resources %j are %s', (resources, state) => {
  expect(formatState(resources)).toBe(state);
});
