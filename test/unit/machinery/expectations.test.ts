import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ControllerExpectations } from '../../../src/machinery/expectations.ts';

function setUp() {
  const clock = new VirtualClock();
  return { clock, expectations: new ControllerExpectations(clock) };
}

describe('ControllerExpectations', () => {
  test('a key of which nothing is expected is satisfied', () => {
    expect(setUp().expectations.unmetForMs('k')).toBeUndefined();
  });

  test('creations are satisfied when all of them were seen', () => {
    const { expectations } = setUp();
    expectations.expect('k', 2, []);
    expectations.creationObserved('k');
    expect(expectations.unmetForMs('k')).toBe(300_000);
    expectations.creationObserved('k');
    expect(expectations.unmetForMs('k')).toBeUndefined();
  });

  test('creations that will not come can be taken back', () => {
    const { expectations } = setUp();
    expectations.expect('k', 3, []);
    expectations.lowerCreations('k', 2);
    expectations.creationObserved('k');
    expect(expectations.unmetForMs('k')).toBeUndefined();
  });

  test('a deletion seen twice counts once', () => {
    const { expectations } = setUp();
    expectations.expect('k', 0, ['a', 'b']);
    expectations.deletionObserved('k', 'a');
    expectations.deletionObserved('k', 'a');
    expect(expectations.unmetForMs('k')).toBe(300_000);
    expectations.deletionObserved('k', 'b');
    expect(expectations.unmetForMs('k')).toBeUndefined();
  });

  test('a deletion that nobody expects changes nothing', () => {
    const { expectations } = setUp();
    expectations.expect('k', 0, ['a']);
    expectations.deletionObserved('k', 'stranger');
    expect(expectations.unmetForMs('k')).toBe(300_000);
  });

  test('unmet expectations are given up after five minutes', () => {
    const { clock, expectations } = setUp();
    expectations.expect('k', 1, []);
    clock.advance(299_999);
    expect(expectations.unmetForMs('k')).toBe(1);
    clock.advance(1);
    expect(expectations.unmetForMs('k')).toBeUndefined();
  });

  test('keys do not share expectations, and a forgotten one is satisfied', () => {
    const { expectations } = setUp();
    expectations.expect('a', 1, []);
    expectations.expect('b', 1, []);
    expectations.forget('a');
    expect(expectations.unmetForMs('a')).toBeUndefined();
    expect(expectations.unmetForMs('b')).toBe(300_000);
  });
});
