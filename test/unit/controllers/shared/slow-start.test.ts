import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startSlowly } from '../../../../src/controllers/shared/slow-start.ts';

/** Which were tried together, batch by batch, when those of `failing` fail. */
async function batchesOf(total: number, first: number, failing: readonly number[] = []) {
  const batches: number[][] = [];
  let running = 0;
  const outcome = await startSlowly(total, first, async (index) => {
    if (running++ === 0) batches.push([]);
    batches.at(-1)?.push(index);
    await Promise.resolve();
    running--;
    if (failing.includes(index)) throw new Error(`no ${index}`);
  });
  return { batches, tried: outcome.tried, errors: outcome.errors.map(({ message }) => message) };
}

describe('a slow start', () => {
  test.each<[string, number, number, number[], number[][], string[]]>([
    ['of nothing tries nothing', 0, 1, [], [], []],
    ['doubles from one', 7, 1, [], [[0], [1, 2], [3, 4, 5, 6]], []],
    ['ends with what is left', 5, 1, [], [[0], [1, 2], [3, 4]], []],
    ['takes all at once when it may', 4, 4, [], [[0, 1, 2, 3]], []],
    ['stops after the first when that fails', 100, 1, [0], [[0]], ['no 0']],
    ['stops after the batch with a failure', 9, 1, [1], [[0], [1, 2]], ['no 1']],
    ['tells all failures of a batch', 3, 3, [0, 2], [[0, 1, 2]], ['no 0', 'no 2']],
  ])('%s', async (_title, total, first, failing, batches, errors) => {
    const tried = batches.flat().length;
    expect(await batchesOf(total, first, failing)).toEqual({ batches, tried, errors });
  });

  test('tries each once and in order, and no more than twice as many as have succeeded', async () => {
    const failing = fc.array(fc.nat(60), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.nat(60), failing, async (total, fails) => {
        const { batches, tried, errors } = await batchesOf(total, 1, fails);
        expect(batches.flat()).toEqual(Array.from({ length: tried }, (_, index) => index));
        if (errors.length === 0) expect(tried).toBe(total);
        const last = batches.at(-1)?.length ?? 0;
        expect(last).toBeLessThanOrEqual(tried - last + 1);
      }),
    );
  });
});
