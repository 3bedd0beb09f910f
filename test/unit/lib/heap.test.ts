import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Heap } from '../../../src/lib/heap.ts';

test('whatever is pushed comes out in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((a, b) => a - b);
      for (const number of numbers) heap.push(number);
      const popped = numbers.map(() => heap.pop());
      expect(popped).toEqual([...numbers].sort((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

test('pushes and pops may alternate', () => {
  const heap = new Heap<number>((a, b) => a - b);
  for (const number of [5, 1, 3]) heap.push(number);
  expect(heap.pop()).toBe(1);
  heap.push(0);
  expect(heap.peek()).toBe(0);
  expect([heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([0, 3, 5, undefined]);
  expect(heap.size).toBe(0);
});
