import { describe, expect, test } from '@jest/globals';
import {
  failureAnnotations,
  indexRemainingMs,
  replaceablePods,
} from '../../../../src/controllers/job/index-failures.ts';
import type { JobSpec } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const ENDED = Date.UTC(2026, 0, 1, 12);
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

interface Fields {
  readonly name?: string;
  readonly index?: number;
  readonly failures?: number;
  readonly ignored?: number;
  readonly endedMs?: number;
  readonly exitCode?: number;
}

function failedPod(fields: Fields = {}): Pod {
  const { endedMs = ENDED, exitCode = 1, failures = 0, ignored = 0, index = 0 } = fields;
  const finishedAt = new Date(endedMs).toISOString();
  const built = buildPod({
    name: fields.name ?? 'p',
    status: {
      phase: 'Failed',
      containerStatuses: [
        {
          name: 'main',
          image: 'i',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode, finishedAt } },
        },
      ],
    },
  });
  const annotations = {
    'batch.kubernetes.io/job-completion-index': `${index}`,
    [FAILURES]: `${failures}`,
    ...(ignored > 0 ? { [IGNORED]: `${ignored}` } : {}),
  };
  return { ...built, metadata: { ...built.metadata, annotations } };
}

describe('the Pod of an index that is replaced', () => {
  test.each<[title: string, pods: Fields[], names: [number, string][]]>([
    ['is the only one', [{ name: 'a' }], [[0, 'a']]],
    [
      'is one for each index',
      [{ name: 'a' }, { name: 'b', index: 3 }],
      [
        [0, 'a'],
        [3, 'b'],
      ],
    ],
    [
      'is the one that failed last',
      [
        { name: 'b', failures: 1, endedMs: ENDED + 1 },
        { name: 'a', failures: 0 },
        { name: 'c', failures: 2, endedMs: ENDED + 2 },
      ],
      [[0, 'c']],
    ],
    [
      'counts failures that a rule ignored',
      [
        { name: 'a', failures: 1, ignored: 1, endedMs: ENDED + 1 },
        { name: 'b', failures: 1, endedMs: ENDED },
      ],
      [[0, 'a']],
    ],
  ])('%s', (_title, pods, names) => {
    const found = replaceablePods(pods.map(failedPod));
    expect([...found].map(([index, { metadata }]) => [index, metadata.name])).toEqual(names);
  });
});

describe('an index gets its next Pod', () => {
  test.each<[title: string, replaced: Fields | undefined, sinceMs: number, remainingMs: number]>([
    ['at once for the first time', undefined, 0, 0],
    ['ten seconds after its first failure', {}, 4_000, 6_000],
    ['twenty after the second', { failures: 1 }, 4_000, 16_000],
    ['later for ignored failures as well', { failures: 1, ignored: 1 }, 0, 40_000],
    ['at once when that is over', {}, 10_000, 0],
  ])('%s', (_title, replaced, sinceMs, remainingMs) => {
    expect(indexRemainingMs(replaced && failedPod(replaced), ENDED + sinceMs)).toBe(remainingMs);
  });
});

describe('the next Pod of an index says', () => {
  const ignoring: JobSpec = {
    template: {},
    podFailurePolicy: {
      rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [42] } }],
    },
  };

  test.each<[title: string, replaced: Fields | undefined, annotations: Record<string, string>]>([
    ['that nothing failed before', undefined, { [FAILURES]: '0' }],
    ['that one failed before', {}, { [FAILURES]: '1' }],
    ['how many failed before', { failures: 4 }, { [FAILURES]: '5' }],
    ['which failure was ignored', { exitCode: 42 }, { [FAILURES]: '0', [IGNORED]: '1' }],
    [
      'how many were ignored',
      { failures: 2, ignored: 1, exitCode: 42 },
      { [FAILURES]: '2', [IGNORED]: '2' },
    ],
    ['what was ignored earlier', { failures: 2, ignored: 1 }, { [FAILURES]: '3', [IGNORED]: '1' }],
  ])('%s', (_title, replaced, annotations) => {
    expect(failureAnnotations(ignoring, replaced && failedPod(replaced))).toEqual(annotations);
  });
});
