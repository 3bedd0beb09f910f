import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Outcome,
  parseOutcomes,
  probeVerdicts,
} from '../../../src/kubelet/status/probe-outcomes.ts';
import type { Probe } from '../../../src/scheme/generated/types/core-v1.ts';

const forGood = Number.POSITIVE_INFINITY;

describe('what is declared of a probe', () => {
  test.each<[string, readonly Outcome[] | undefined]>([
    ['pass', [{ passes: true, forMs: forGood }]],
    ['fail', [{ passes: false, forMs: forGood }]],
    [
      'pass 1m, fail 30s, pass',
      [
        { passes: true, forMs: 60_000 },
        { passes: false, forMs: 30_000 },
        { passes: true, forMs: forGood },
      ],
    ],
    ['fail 10s', [{ passes: false, forMs: forGood }]],
    ['', undefined],
    ['sometimes', undefined],
    ['fail soon', undefined],
    ['fail -1s, pass', undefined],
    ['fail 1s 2s', undefined],
  ])('%j is read as %j', (text, outcomes) => {
    expect(parseOutcomes(text)).toEqual(outcomes);
  });
});

const verdictsOf = (text: string, probe: Probe, fromMs = 0) =>
  probeVerdicts(probe, { outcomes: parseOutcomes(text) ?? [], sinceMs: 0, fromMs }).map(
    ({ atMs, passes }) => `${passes ? 'passes' : 'fails'} at ${atMs / 1_000}`,
  );

describe('a probe', () => {
  test.each<[string, Probe, readonly string[]]>([
    ['pass', {}, ['passes at 0']],
    ['pass', { initialDelaySeconds: 5 }, ['passes at 5']],
    ['pass', { initialDelaySeconds: 5, periodSeconds: 2, successThreshold: 3 }, ['passes at 9']],
    ['fail', {}, ['fails at 20']],
    ['fail', { periodSeconds: 5, failureThreshold: 1 }, ['fails at 0']],
    ['pass 12s, fail', { periodSeconds: 5 }, ['passes at 0', 'fails at 25']],
    ['pass 12s, fail 9s, pass', { periodSeconds: 5 }, ['passes at 0', 'passes at 25']],
    ['fail 12s, fail 9s, pass', { periodSeconds: 5 }, ['fails at 10', 'passes at 25']],
    ['pass 1s, fail', { initialDelaySeconds: 3, failureThreshold: 1 }, ['fails at 3']],
  ])('that finds %j, asked as %j, %j', (text, probe, verdicts) => {
    expect(verdictsOf(text, probe)).toEqual(verdicts);
  });

  test('that waits for another one begins when that has passed', () => {
    expect(verdictsOf('pass', { periodSeconds: 10 }, 7_000)).toEqual(['passes at 7']);
  });

  const outcomes = fc.array(
    fc.record({ passes: fc.boolean(), forMs: fc.integer({ min: 0, max: 60_000 }) }),
    { minLength: 1, maxLength: 8 },
  );
  const probes = fc.record({
    initialDelaySeconds: fc.integer({ min: 0, max: 20 }),
    periodSeconds: fc.integer({ min: 1, max: 20 }),
    failureThreshold: fc.integer({ min: 1, max: 5 }),
    successThreshold: fc.integer({ min: 1, max: 5 }),
  });

  test('comes to the verdicts that asking at every period would come to', () => {
    fc.assert(
      fc.property(outcomes, probes, (list, probe) => {
        const run = { outcomes: list, sinceMs: 0 };
        const horizonMs = list.reduce((sum, { forMs }) => sum + forMs, 0);
        expect(probeVerdicts(probe, run).map(({ atMs, passes }) => [atMs, passes])).toEqual(
          askEveryPeriod(list, probe, horizonMs),
        );
      }),
    );
  });
});

/** A kubelet that really asks: a verdict where as many in a row as wanted agree. */
function askEveryPeriod(
  list: readonly Outcome[],
  probe: Required<
    Pick<Probe, 'failureThreshold' | 'initialDelaySeconds' | 'periodSeconds' | 'successThreshold'>
  >,
  horizonMs: number,
): [number, boolean][] {
  const verdicts: [number, boolean][] = [];
  let inARow = 0;
  let last: boolean | undefined;
  for (
    let atMs = probe.initialDelaySeconds * 1_000;
    atMs < horizonMs;
    atMs += probe.periodSeconds * 1_000
  ) {
    const passes = outcomeAt(list, atMs);
    inARow = passes === last ? inARow + 1 : 1;
    last = passes;
    if (inARow === (passes ? probe.successThreshold : probe.failureThreshold)) {
      verdicts.push([atMs, passes]);
    }
  }
  return verdicts;
}

function outcomeAt(list: readonly Outcome[], atMs: number): boolean {
  let endMs = 0;
  for (const { forMs, passes } of list) {
    endMs += forMs;
    if (atMs < endMs) return passes;
  }
  throw new Error('past the last outcome');
}
