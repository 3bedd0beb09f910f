import { describe, expect, test } from '@jest/globals';
import { createTransaction } from '../../../src/store/commit/transaction.ts';
import { PLAIN_CODEC } from '../../../src/store/encryption/object-codec.ts';
import type { StoreWrite } from '../../../src/store/store.ts';
import {
  type ConfigMap,
  createWrite,
  keyOfConfigMap,
  newConfigMap,
} from '../../support/test-store.ts';

const create = (...writes: StoreWrite[]) =>
  createTransaction(writes, { deadlineMs: 0, codec: PLAIN_CODEC });

function update(expectedResourceVersion: string): StoreWrite {
  const object = newConfigMap('a');
  object.metadata.resourceVersion = '7';
  return { type: 'update', key: keyOfConfigMap('a'), object, expectedResourceVersion };
}

describe('a transaction', () => {
  test('encodes each object without its resourceVersion, which only the commit knows', () => {
    const [write] = create(update('7')).writes;
    expect(JSON.parse(write?.text ?? '')).toEqual(newConfigMap('a'));
    expect(write?.expected).toBe(7);
  });

  test('copies what it will change and shares the rest', () => {
    const object = newConfigMap('a', { n: '1' });
    const { writes } = create({ type: 'create', key: keyOfConfigMap('a'), object });
    const own = writes[0]?.object as ConfigMap;
    own.metadata.resourceVersion = '8';
    expect(object.metadata).not.toHaveProperty('resourceVersion');
    expect(own.data).toBe(object.data);
  });

  test('refuses an object that occurs twice, and versions that cannot be', () => {
    expect(() => create(createWrite('a'), createWrite('a'))).toThrow('occurs twice');
    expect(() => create(update('x'))).toThrow('invalid resource version "x"');
    expect(() => create(update('0'))).toThrow('invalid resource version "0"');
  });

  test('refuses more writes than one statement should carry', () => {
    const writes = Array.from({ length: 10_001 }, (_, i) => createWrite(`n-${i}`));
    expect(() => create(...writes)).toThrow('at most 10000 are committed together');
  });
});
