import { expect, test } from '@jest/globals';
import { done, requeueAfter, requeueAfterFirst } from '../../../src/machinery/controller.ts';

test.each([
  [[], done],
  [[undefined, undefined], done],
  [[300, undefined, 200], requeueAfter(200)],
  [[0, 200], requeueAfter(0)],
  [[-5, 200], requeueAfter(0)],
])(
  'a run that is to be repeated after each of %j is repeated after the first',
  (delays, result) => {
    expect(requeueAfterFirst(...delays)).toEqual(result);
  },
);
