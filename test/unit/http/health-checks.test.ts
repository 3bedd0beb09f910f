import { describe, expect, test } from '@jest/globals';
import { answerHealth, type HealthCheck } from '../../../src/http/health-checks.ts';

const ok = (name: string): HealthCheck => ({ name, check: () => undefined });
const failing = (name: string): HealthCheck => ({
  name,
  check: async () => {
    throw new Error('the password of the database is secret');
  },
});

function ask(
  checks: readonly HealthCheck[],
  { isVerbose = false, excluded = [] as string[], endpoint = 'readyz' } = {},
) {
  return answerHealth(checks, { endpoint, isVerbose, excluded });
}

describe('an answer about health', () => {
  test('is one word where all is well', async () => {
    expect(await ask([ok('ping'), ok('store')])).toEqual({ code: 200, text: 'ok', failures: [] });
  });

  test('tells the checks one by one when it is asked for that', async () => {
    const { code, text } = await ask([ok('ping'), ok('store')], { isVerbose: true });
    expect([code, text]).toEqual([200, '[+]ping ok\n[+]store ok\nreadyz check passed\n']);
  });

  test('tells them without being asked when one fails, and not why', async () => {
    const answer = await ask([ok('ping'), failing('store')], { endpoint: 'livez' });
    expect(answer.code).toBe(500);
    expect(answer.text).toBe('[+]ping ok\n[-]store failed: reason withheld\nlivez check failed\n');
    expect(answer.failures).toEqual([{ name: 'store', reason: expect.any(Error) }]);
  });

  test('does not mind a check that is excluded', async () => {
    const { code, text } = await ask([ok('ping'), failing('store')], {
      isVerbose: true,
      excluded: ['store'],
    });
    expect([code, text]).toEqual([200, '[+]ping ok\n[+]store excluded: ok\nreadyz check passed\n']);
  });

  test('says which names mean no check', async () => {
    const { text } = await ask([ok('ping')], { isVerbose: true, excluded: ['etcd', 'disk'] });
    expect(text).toBe(
      '[+]ping ok\nwarn: some health checks cannot be excluded: no matches for "etcd","disk"\nreadyz check passed\n',
    );
  });
});
