import { describe, expect, test } from '@jest/globals';
import { DiskAttempts } from '../../../../src/controllers/shared/simulated-disks.ts';
import { newStorageClass } from '../../../support/storage.ts';

const always = () => 0;
const attempt = (parameters: Record<string, string>, random = always, storage = '2Gi') =>
  new DiskAttempts('make', random).failureOf(newStorageClass('fast', { parameters }), storage);

describe('an attempt to make or grow a disk', () => {
  test.each<[string, Record<string, string>]>([
    ['whose class says nothing', {}],
    ['that is as large as its class allows', { maximumSize: '2048Mi' }],
    ['whose class lets none fail', { failureRate: '0' }],
  ])('%s succeeds', (_, parameters) => {
    expect(attempt(parameters)).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string, boolean]>([
    [
      'beyond the largest fails for good',
      { maximumSize: '1Gi' },
      'rpc error: code = OutOfRange desc = 2Gi is more than 1Gi, the maximumSize of the class',
      true,
    ],
    [
      'that chance is against fails for now',
      { failureRate: '0.5' },
      'rpc error: code = Internal desc = this attempt failed, as the failureRate of the class wants it',
      false,
    ],
    [
      'of a class with no size fails for good',
      { maximumSize: 'large' },
      'rpc error: code = InvalidArgument desc = maximumSize: "large" is no quantity',
      true,
    ],
    ...['', 'often', '2', '-1'].map((rate): [string, Record<string, string>, string, boolean] => [
      `of a class with ${JSON.stringify(rate)} for a rate fails for good`,
      { failureRate: rate },
      `rpc error: code = InvalidArgument desc = failureRate: ${JSON.stringify(rate)} is no number from 0 to 1`,
      true,
    ]),
  ])('%s', (_, parameters, message, isInfeasible) => {
    expect(attempt(parameters)).toMatchObject({ message, isInfeasible });
  });

  test('succeeds as often as the rate leaves it to', () => {
    expect(attempt({ failureRate: '0.5' }, () => 0.5)).toBeUndefined();
    expect(attempt({ failureRate: '1' }, () => 0.999)).toBeDefined();
  });

  test('fails at the same times of the same seed, and at others of another, and to grow', () => {
    const course = (seed: string, purpose: 'grow' | 'make' = 'make') => {
      const attempts = new DiskAttempts(purpose, always);
      const storageClass = newStorageClass('fast', { parameters: { failureRate: '0.5', seed } });
      return Array.from({ length: 20 }, () => !attempts.failureOf(storageClass, '1Gi'));
    };
    expect(course('7')).toEqual(course('7'));
    expect(course('8')).not.toEqual(course('7'));
    expect(course('7', 'grow')).not.toEqual(course('7'));
    expect(new Set(course('7')).size).toBe(2);
  });
});
