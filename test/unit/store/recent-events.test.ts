import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { RecentEvents } from '../../../src/store/cache/recent-events.ts';
import type { StoreEvent } from '../../../src/store/store.ts';
import { keyOfConfigMap, newConfigMap } from '../../support/test-store.ts';

function event(version: number): StoreEvent {
  const resourceVersion = String(version);
  return { type: 'ADDED', key: keyOfConfigMap('n'), object: newConfigMap('n'), resourceVersion };
}

function rememberUpTo(recent: RecentEvents, from: number, to: number): void {
  for (let version = from; version <= to; version++) recent.push([event(version)], [version]);
}

const versions = (events: readonly StoreEvent[]): number[] =>
  events.map(({ resourceVersion }) => Number(resourceVersion));

describe('recent events', () => {
  test('gives those after a version, in order', () => {
    const recent = new RecentEvents({ clock: new VirtualClock(), maxEvents: 1_000, floor: 10 });
    recent.push([event(12), event(15)], [12, 15]);
    recent.push([event(16)], [16]);
    expect(versions(recent.after(10))).toEqual([12, 15, 16]);
    expect(versions(recent.after(12))).toEqual([15, 16]);
    expect(versions(recent.after(14))).toEqual([15, 16]);
    expect(versions(recent.after(16))).toEqual([]);
    expect(recent.floor).toBe(10);
  });

  test('forgets the oldest beyond its bound, and says from where on it knows everything', () => {
    const recent = new RecentEvents({ clock: new VirtualClock(), maxEvents: 200, floor: 0 });
    rememberUpTo(recent, 1, 1_000);
    expect(recent.size).toBe(200);
    expect(recent.floor).toBe(800);
    expect(versions(recent.after(800))).toEqual(Array.from({ length: 200 }, (_, i) => 801 + i));
  });

  test('forgets what is old once there is more than the least that it keeps', () => {
    const clock = new VirtualClock();
    const recent = new RecentEvents({ clock, maxEvents: 8_192, floor: 0 });
    rememberUpTo(recent, 1, 500);
    clock.advance(60_000);
    rememberUpTo(recent, 501, 510);
    expect(recent.size).toBe(510);
    clock.advance(20_000);
    rememberUpTo(recent, 511, 511);
    expect(recent.size).toBe(128);
    expect(recent.floor).toBe(383);
  });
});
