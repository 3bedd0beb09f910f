import { expect, test } from '@jest/globals';
import { agrees } from '../../../../src/scheduler/devices/device-constraints.ts';
import { DevicePools } from '../../../../src/scheduler/devices/device-pools.ts';
import type { DeviceAttribute } from '../../../../src/scheme/generated/types/resource-v1.ts';
import { buildNode } from '../../../support/builders.ts';
import { DRIVER, slice } from '../../../support/devices.ts';

const LINK = `${DRIVER}/link`;

/** Whether devices with these values of one attribute may be chosen one after the other. */
function together(
  constraint: object,
  attributes: readonly (DeviceAttribute | undefined)[],
): boolean {
  const devices = attributes.map((link, index) => ({
    name: `d${index}`,
    ...(link ? { attributes: { link } } : {}),
  }));
  const published = new DevicePools([slice('n', devices)]).on(buildNode({ name: 'n' }));
  const chosen = published.map((device) => ({ request: 'one', device }));
  return chosen.every((next, index) => agrees(constraint, chosen.slice(0, index), next));
}

test.each<[string, readonly (DeviceAttribute | undefined)[], boolean, boolean]>([
  ['equal values', [{ string: 'a' }, { string: 'a' }], true, false],
  ['different values', [{ string: 'a' }, { string: 'b' }], false, true],
  ['equal values of different types', [{ string: '1.0.0' }, { version: '1.0.0' }], false, true],
  ['no value', [undefined], false, false],
  [
    'lists with a value in common',
    [{ ints: [1, 2] }, { ints: [2, 3] }, { ints: [2] }],
    true,
    false,
  ],
  [
    'lists of which only two at a time have one',
    [{ ints: [1, 2] }, { ints: [2, 3] }, { ints: [3, 1] }],
    false,
    false,
  ],
  ['lists without one', [{ strings: ['a'] }, { strings: ['b', 'c'] }], false, true],
  ['a value and a list with it', [{ string: 'a' }, { strings: ['a', 'b'] }], true, false],
  ['a list without values', [{ bools: [] }], false, false],
])('devices with %s', (_, attributes, match, distinct) => {
  expect(together({ matchAttribute: LINK }, attributes)).toBe(match);
  expect(together({ distinctAttribute: LINK }, attributes)).toBe(distinct);
});
