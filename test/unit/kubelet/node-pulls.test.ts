import { describe, expect, test } from '@jest/globals';
import { NodePulls } from '../../../src/kubelet/images/node-pulls.ts';
import type { Node } from '../../../src/scheme/generated/types/core-v1.ts';

const nodeOf = (parallel?: string, name = 'n'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    annotations: parallel ? { 'orrery.dev/max-parallel-image-pulls': parallel } : {},
  },
});

describe('a node pulls images', () => {
  test.each([
    { parallel: undefined, ends: [100, 300, 350, 360] },
    { parallel: '1', ends: [100, 300, 350, 360] },
    { parallel: '2', ends: [100, 200, 150, 160] },
    { parallel: '4', ends: [100, 200, 50, 10] },
    { parallel: 'many', ends: [100, 300, 350, 360] },
  ])('with $parallel at a time: they are there after $ends', ({ ends, parallel }) => {
    const pulls = new NodePulls();
    const node = nodeOf(parallel);
    const durations = { a: 100, b: 200, c: 50, d: 10 };
    const found = Object.entries(durations).map(([image, durationMs]) =>
      pulls.leftMs(node, { image, durationMs, nowMs: 0 }),
    );
    expect(found).toEqual(ends);
  });

  test('each once, for all that ask for it', () => {
    const pulls = new NodePulls();
    const ask = (nowMs: number, image = 'a') =>
      pulls.leftMs(nodeOf(), { image, durationMs: 1_000, nowMs });
    expect([ask(0), ask(400), ask(400, 'b'), ask(1_200), ask(1_200, 'b')]).toEqual([
      1_000, 600, 1_600, 0, 800,
    ]);
    expect(pulls.waitedMs('n', 'a')).toBe(0);
    expect(pulls.waitedMs('n', 'b')).toBe(600);
    // It is asked for again, long after.
    expect(ask(60_000)).toBe(1_000);
  });

  test('longer, when something slows a pull down that is going on', () => {
    const pulls = new NodePulls();
    const ask = (durationMs: number) =>
      pulls.leftMs(nodeOf(), { image: 'a', durationMs, nowMs: durationMs / 10 });
    expect([ask(1_000), ask(5_000)]).toEqual([1_000, 4_600]);
  });

  test('beside other nodes', () => {
    const pulls = new NodePulls();
    const ask = (name: string, image: string) =>
      pulls.leftMs(nodeOf(undefined, name), { image, durationMs: 100, nowMs: 0 });
    expect([ask('n', 'a'), ask('m', 'b'), ask('n', 'b')]).toEqual([100, 100, 200]);
    pulls.forgetNode('n');
    expect([ask('n', 'b'), ask('m', 'a')]).toEqual([100, 200]);
  });
});
