import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';

test('eventually returns the first value that the check accepts', async () => {
  let reads = 0;
  const value = await eventually(
    () => ++reads,
    (n) => expect(n).toBeGreaterThan(2),
  );
  expect(value).toBe(3);
});

test('eventually gives up with the last value seen', async () => {
  const never = eventually(
    () => ({ phase: 'Pending' }),
    () => expect(1).toBe(2),
    { withinMs: 30 },
  );
  await expect(never).rejects.toThrow(/not within 30 ms[\s\S]*last value: { phase: 'Pending' }/);
});
