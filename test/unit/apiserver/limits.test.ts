import { describe, expect, test } from '@jest/globals';
import { assertStorableSize, MAX_OBJECT_BYTES } from '../../../src/apiserver/object-size.ts';

describe('the size of an object', () => {
  const sized = (data: unknown) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data,
  });
  const exactly = (bytes: number) => {
    const empty = JSON.stringify(sized({ a: '' })).length;
    return sized({ a: 'x'.repeat(bytes - empty) });
  };

  test('may be up to the limit and not a byte more', () => {
    expect(() => assertStorableSize(exactly(MAX_OBJECT_BYTES))).not.toThrow();
    expect(() => assertStorableSize(exactly(MAX_OBJECT_BYTES + 1))).toThrow(
      expect.objectContaining({
        reason: 'RequestEntityTooLarge',
        message: `Request entity too large: ConfigMap "a" is ${MAX_OBJECT_BYTES + 1} bytes of JSON, the limit is ${MAX_OBJECT_BYTES} (1.5 MiB)`,
      }),
    );
  });

  test('counts what escapes and other alphabets take as JSON', () => {
    expect(() => assertStorableSize(sized({ a: '\u0001'.repeat(300_000) }))).toThrow(/too large/);
    expect(() => assertStorableSize(sized({ a: '語'.repeat(600_000) }))).toThrow(/too large/);
    expect(() => assertStorableSize(sized({ a: '語'.repeat(500_000) }))).not.toThrow();
  });

  test('counts many small parts as well as one large one', () => {
    const parts = Array.from({ length: 200_000 }, (_, i) => `${i}`);
    expect(() => assertStorableSize(sized(parts))).toThrow(/too large/);
  });
});
