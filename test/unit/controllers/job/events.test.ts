import { describe, expect, test } from '@jest/globals';
import { announcedEvents, endEvents } from '../../../../src/controllers/job/events.ts';
import type { JobStatus } from '../../../../src/scheme/generated/types/batch-v1.ts';
import { jobOf } from '../../../support/job-census.ts';

const suspended = (status: string, message?: string): JobStatus => ({
  conditions: [{ type: 'Suspended', status, ...(message === undefined ? {} : { message }) }],
});

describe('that a Job is suspended or goes on is told', () => {
  test.each<[law: string, before: JobStatus | undefined, next: JobStatus, expected: string[]]>([
    [
      'when it is suspended',
      {},
      suspended('True', 'Job suspended'),
      ['Normal Suspended Job suspended'],
    ],
    [
      'of a Job that had no status',
      undefined,
      suspended('True', 'Job suspended'),
      ['Normal Suspended Job suspended'],
    ],
    [
      'when it goes on',
      suspended('True'),
      suspended('False', 'Job resumed'),
      ['Normal Resumed Job resumed'],
    ],
    [
      'without words when the condition has none',
      suspended('True'),
      suspended('False'),
      ['Normal Resumed '],
    ],
    ['not again while it is suspended', suspended('True'), suspended('True'), []],
    ['not of a Job that never was', {}, {}, []],
  ])('%s', (_, before, next, expected) => {
    const told = announcedEvents(before, next);

    expect(told.map(({ message, reason, type }) => `${type} ${reason} ${message}`)).toEqual(
      expected,
    );
  });
});

describe('that a Job has ended is told', () => {
  const complete = { result: 'Complete', reason: 'CompletionsReached', message: 'x' } as const;
  const failed = { result: 'Failed', reason: 'DeadlineExceeded', message: 'Too long' } as const;
  test.each<
    [
      law: string,
      completions: number | undefined,
      succeeded: number | undefined,
      how: typeof complete | typeof failed,
      expected: string[],
    ]
  >([
    [
      'with the reason of a failure as a warning',
      1,
      1,
      failed,
      ['Warning DeadlineExceeded Too long'],
    ],
    ['in one word of a success', 2, 2, complete, ['Normal Completed Job completed']],
    [
      'in one word when any number of successes would do',
      undefined,
      9,
      complete,
      ['Normal Completed Job completed'],
    ],
    [
      'in one word when nothing had to succeed',
      0,
      undefined,
      complete,
      ['Normal Completed Job completed'],
    ],
    [
      'with a warning when more have succeeded than should',
      2,
      3,
      complete,
      [
        'Warning TooManySucceededPods Too many succeeded pods running after completion count reached',
        'Normal Completed Job completed',
      ],
    ],
  ])('%s', (_, completions, succeeded, how, expected) => {
    const told = endEvents(jobOf({ spec: { completions }, status: { succeeded } }), how);

    expect(told.map(({ message, reason, type }) => `${type} ${reason} ${message}`)).toEqual(
      expected,
    );
  });
});
