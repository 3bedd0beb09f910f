import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LogCursor } from '../../../../src/cli/logs/log-cursor.ts';

const linesOf = (cursor: LogCursor, text: string): string[] =>
  cursor.take(text).map(({ line }) => line);

test('lines that were printed are not printed again, also where their times are the same', () => {
  const cursor = new LogCursor();
  expect(linesOf(cursor, 't1 a\nt2 b\nt2 c\n')).toEqual(['a', 'b', 'c']);
  expect(linesOf(cursor, 't2 b\nt2 c\n')).toEqual([]);
  expect(linesOf(cursor, 't2 b\nt2 c\nt2 c\nt3 d e\n')).toEqual(['c', 'd e']);
  expect(linesOf(cursor, '')).toEqual([]);
  expect(linesOf(cursor, 't3 d e\n')).toEqual([]);
});

test('every line is printed once, however a log grows', () => {
  const log = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 });
  fc.assert(
    fc.property(log, fc.integer({ min: 1, max: 5 }), (steps, size) => {
      let time = 1;
      const all = steps.map((step, index) => {
        time += step;
        return { time, line: `line ${index}` };
      });
      const cursor = new LogCursor();
      const printed: string[] = [];
      for (let end = 0; end < all.length + size; end += size) {
        const since = Number(cursor.timeText ?? 0);
        const text = all
          .slice(0, end)
          .filter((one) => one.time >= since)
          .map((one) => `${one.time} ${one.line}\n`);
        printed.push(...linesOf(cursor, text.join('')));
      }
      expect(printed).toEqual(all.map(({ line }) => line));
    }),
  );
});
