import { expect, test } from '@jest/globals';
import { RejectionTally } from '../../../src/scheduler/rejection-tally.ts';

const rejection = (plugin: string, ...reasons: string[]) => ({ plugin, reasons });

test('equal rejections are counted together, and taken back one by one', () => {
  const tally = new RejectionTally();
  tally.add(rejection('Fit', 'Insufficient cpu'));
  tally.add(rejection('Fit', 'Insufficient cpu'));
  tally.add(rejection('Fit', 'Insufficient cpu', 'Insufficient memory'));
  tally.remove(rejection('Fit', 'Insufficient cpu'));
  expect([...tally]).toEqual([
    [rejection('Fit', 'Insufficient cpu'), 1],
    [rejection('Fit', 'Insufficient cpu', 'Insufficient memory'), 1],
  ]);
  tally.remove(rejection('Fit', 'Insufficient cpu'));
  expect([...tally]).toHaveLength(1);
});

test('the same words of another plugin are another rejection', () => {
  const tally = new RejectionTally();
  tally.add(rejection('A', 'no'));
  tally.add(rejection('B', 'no'));
  expect([...tally].map(([, count]) => count)).toEqual([1, 1]);
});
