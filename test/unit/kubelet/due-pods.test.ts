import { describe, expect, test } from '@jest/globals';
import { DuePods } from '../../../src/kubelet/pods/due-pods.ts';
import { shardKeyOf } from '../../../src/kubelet/shards.ts';
import { podReady } from '../../../src/kubelet/stages/pod-ready.ts';
import { podRunning } from '../../../src/kubelet/stages/pod-running.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock(0);
  const woken: string[] = [];
  const due = new DuePods(clock, (shardKey) => woken.push(`${clock.now()} ${shardKey}`));
  return { clock, due, woken };
}

const running = (delayMs: number) => ({ stage: podRunning, delayMs });

describe('DuePods', () => {
  test('Pods that are due within a tick wake their shard once, and are handed out together', () => {
    const { clock, due, woken } = setUp();
    due.plan('a', 's', running(3));
    due.plan('b', 's', running(19));
    due.plan('c', 's', running(21));
    clock.advance(20);
    expect(woken).toEqual(['20 s']);
    expect(due.take('s').map(([key]) => key)).toEqual(['a', 'b']);
    expect(due.take('s')).toEqual([]);
  });

  test('a plan replaces the one before, even one that is due', () => {
    const { clock, due } = setUp();
    due.plan('a', 's', running(0));
    due.plan('a', 's', { stage: podReady, delayMs: 100 });
    expect(due.take('s')).toEqual([]);
    clock.advance(100);
    expect(due.take('s')).toEqual([['a', podReady]]);
  });

  test('a forgotten Pod is not handed out', () => {
    const { clock, due } = setUp();
    due.plan('a', 's', running(0));
    due.plan('b', 's', running(50));
    due.forget('a');
    due.forget('b');
    clock.advance(1_000);
    expect(due.take('s')).toEqual([]);
  });

  test('clearing forgets everything', () => {
    const { clock, due, woken } = setUp();
    due.plan('a', 's', running(50));
    due.clear();
    clock.advance(1_000);
    expect(woken).toEqual([]);
  });
});

describe('shards', () => {
  test('a thousand nodes spread evenly over sixteen shards', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 1_000; index++) {
      const shardKey = shardKeyOf(`node-${index}`);
      counts.set(shardKey, (counts.get(shardKey) ?? 0) + 1);
    }
    expect(counts.size).toBe(16);
    expect(Math.max(...counts.values())).toBeLessThan(125);
  });
});
