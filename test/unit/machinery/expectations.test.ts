import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ControllerExpectations } from '../../../src/machinery/expectations.ts';

function setUp() {
  const clock = new VirtualClock();
  return { clock, expectations: new ControllerExpectations(clock) };
}

describe('ControllerExpectations', () => {
  test('a key of which nothing is expected is satisfied', () => {
    expect(setUp().expectations.satisfied('k')).toBe(true);
  });

  test('creations are satisfied when all of them were seen', () => {
    const { expectations } = setUp();
    expectations.expect('k', 2, []);
    expectations.creationObserved('k');
    expect(expectations.satisfied('k')).toBe(false);
    expectations.creationObserved('k');
    expect(expectations.satisfied('k')).toBe(true);
  });

  test('creations that will not come can be taken back', () => {
    const { expectations } = setUp();
    expectations.expect('k', 3, []);
    expectations.lowerCreations('k', 2);
    expectations.creationObserved('k');
    expect(expectations.satisfied('k')).toBe(true);
  });

  test('a deletion seen twice counts once', () => {
    const { expectations } = setUp();
    expectations.expect('k', 0, ['a', 'b']);
    expectations.deletionObserved('k', 'a');
    expectations.deletionObserved('k', 'a');
    expect(expectations.satisfied('k')).toBe(false);
    expectations.deletionObserved('k', 'b');
    expect(expectations.satisfied('k')).toBe(true);
  });

  test('a deletion that nobody expects changes nothing', () => {
    const { expectations } = setUp();
    expectations.expect('k', 0, ['a']);
    expectations.deletionObserved('k', 'stranger');
    expect(expectations.satisfied('k')).toBe(false);
  });

  test('unmet expectations are given up after five minutes', () => {
    const { clock, expectations } = setUp();
    expectations.expect('k', 1, []);
    clock.advance(300_000);
    expect(expectations.satisfied('k')).toBe(false);
    clock.advance(1);
    expect(expectations.satisfied('k')).toBe(true);
  });

  test('keys do not share expectations, and a forgotten one is satisfied', () => {
    const { expectations } = setUp();
    expectations.expect('a', 1, []);
    expectations.expect('b', 1, []);
    expectations.forget('a');
    expect(expectations.satisfied('a')).toBe(true);
    expect(expectations.satisfied('b')).toBe(false);
  });
});
