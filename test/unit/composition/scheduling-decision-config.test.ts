import { expect, test } from '@jest/globals';
import { readSchedulingDecisionConfig } from '../../../src/composition/scheduling-decision-config.ts';

test('a day of decisions is kept, 100,000 of them, 20 a Pod, 10 a second with detail, unless told otherwise', () => {
  expect(readSchedulingDecisionConfig({})).toEqual({
    detailsPerSecond: 10,
    retentionSeconds: 86_400,
    maxRows: 100_000,
    maxRowsPerPod: 20,
  });
  const values = {
    'scheduling-details-per-second': '0',
    'scheduling-decision-retention': '60',
    'scheduling-decision-rows': '0',
    'scheduling-decisions-per-pod': '1',
  };
  expect(readSchedulingDecisionConfig(values)).toEqual({
    detailsPerSecond: 0,
    retentionSeconds: 60,
    maxRows: 0,
    maxRowsPerPod: 1,
  });
});

test.each([
  ['scheduling-details-per-second', 'many'],
  ['scheduling-decision-retention', '0'],
  ['scheduling-decision-rows', '-1'],
  ['scheduling-decisions-per-pod', '0'],
])('--%s is not %s', (option, value) => {
  expect(() => readSchedulingDecisionConfig({ [option]: value })).toThrow(
    `--${option} is "${value}"`,
  );
});
