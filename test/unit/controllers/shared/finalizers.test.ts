import { expect, test } from '@jest/globals';
import { withFinalizer, withoutFinalizer } from '../../../../src/controllers/shared/finalizers.ts';

const held = (...finalizers: string[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', finalizers },
});

test('an object is held and let go beside the finalizers of others', () => {
  const both = withFinalizer(held('x/y'), 'a/b');
  expect(both.metadata.finalizers).toEqual(['x/y', 'a/b']);
  expect(withoutFinalizer(both, 'a/b').metadata.finalizers).toEqual(['x/y']);
});

test('an object that has nothing to change is the same object', () => {
  const object = held('x/y');
  expect(withFinalizer(object, 'x/y')).toBe(object);
  expect(withoutFinalizer(object, 'a/b')).toBe(object);
  expect(withFinalizer(object, undefined)).toBe(object);
  expect(withoutFinalizer(object, undefined)).toBe(object);
});
