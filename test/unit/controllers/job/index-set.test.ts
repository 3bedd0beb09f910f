import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IndexSet } from '../../../../src/controllers/job/index-set.ts';

describe('a set of indexes', () => {
  test.each<[text: string, completions: number, written: string, size: number]>([
    ['', 5, '', 0],
    ['1', 5, '1', 1],
    ['1,2', 5, '1,2', 2],
    ['1,2,3', 5, '1-3', 3],
    ['1-3,5', 9, '1-3,5', 4],
    ['1-9', 5, '1-4', 4],
    ['7', 5, '', 0],
    ['0,x,3', 5, '0,3', 2],
    ['3-1', 5, '', 0],
  ])('reads %s of %i', (text, completions, written, size) => {
    const set = IndexSet.parse(text, completions);
    expect([`${set}`, set.size]).toEqual([written, size]);
  });

  const indexes = fc.uniqueArray(fc.nat(40));

  test('is what it was made of', () => {
    fc.assert(
      fc.property(indexes, (all) => {
        const set = IndexSet.of(all);
        for (let index = 0; index <= 41; index++) expect(set.has(index)).toBe(all.includes(index));
        expect(set.size).toBe(all.length);
        expect(`${IndexSet.parse(`${set}`, 41)}`).toBe(`${set}`);
      }),
    );
  });

  test('joins, overlaps and leaves room as sets do', () => {
    fc.assert(
      fc.property(indexes, indexes, fc.nat(10), (one, other, count) => {
        const a = IndexSet.of(one);
        const b = IndexSet.of(other);
        expect(`${a.union(b)}`).toBe(`${IndexSet.of([...one, ...other])}`);
        expect(a.overlap(b)).toBe(one.filter((index) => other.includes(index)).length);
        const absent = Array.from({ length: 20 }, (_, index) => index).filter(
          (index) => !one.includes(index),
        );
        expect(a.firstAbsent(count, 20)).toEqual(absent.slice(0, count));
      }),
    );
  });
});
