import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, type Metric, MetricRegistry } from '../../../src/lib/metrics.ts';

describe('a histogram', () => {
  test('counts for each bound what is not larger', () => {
    const values = fc.array(fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(values, (observed) => {
        const histogram = new Histogram([10, 20, 50]);
        for (const value of observed) histogram.observe(value);
        const notLarger = (bound: number) => observed.filter((value) => value <= bound).length;
        expect(histogram.cumulativeCounts()).toEqual([
          ...[10, 20, 50].map(notLarger),
          observed.length,
        ]);
        expect(histogram.sum).toBe(observed.reduce((sum, value) => sum + value, 0));
      }),
    );
  });
});

describe('a registry', () => {
  const figure = (name: string, value: number): Metric => ({
    name,
    help: 'A figure.',
    type: 'gauge',
    read: () => [{ labels: { value: String(value) }, value }],
  });

  test('reads what it has, by name, and joins figures of one name', async () => {
    const registry = new MetricRegistry();
    for (const metric of [figure('b', 1), figure('a', 2), figure('b', 3)]) registry.add(metric);
    const readings = await registry.read();
    expect(readings.map(({ name, samples }) => [name, samples.map(({ value }) => value)])).toEqual([
      ['a', [2]],
      ['b', [1, 3]],
    ]);
  });

  test('no longer reads what was taken away', async () => {
    const registry = new MetricRegistry();
    const remove = registry.add(figure('a', 1));
    remove();
    expect(await registry.read()).toEqual([]);
  });
});
