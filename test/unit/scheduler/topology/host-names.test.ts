import { expect, test } from '@jest/globals';
import { HostNames } from '../../../../src/scheduler/topology/host-names.ts';

test("a name is a node's own until another node has it too", () => {
  const names = new HostNames();
  expect(names.set('a', 'one')).toBeUndefined();
  expect(names.isOwn('a')).toBe(true);
  expect(names.set('b', 'one')).toBe('a');
  expect(names.isOwn('a')).toBe(false);
  expect(names.set('c', 'one')).toBeUndefined();
  names.set('b', 'two');
  names.set('c', undefined);
  expect(names.isOwn('a')).toBe(true);
  expect(names.isOwn('b')).toBe(true);
});

test('a node without a name has none of its own', () => {
  const names = new HostNames();
  names.set('a', undefined);
  expect(names.isOwn('a')).toBe(false);
});
