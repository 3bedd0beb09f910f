import { describe, expect, test } from '@jest/globals';
import {
  completionIndexOf,
  finishedAtMs,
  hasFailed,
  isTracked,
} from '../../../../src/controllers/job/pods.ts';
import type { JobSpec } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString();
const atMs = (minutes: number): number => Date.parse(at(minutes));

interface Fields {
  readonly metadata?: Partial<Pod['metadata']>;
  readonly spec?: Partial<NonNullable<Pod['spec']>>;
  readonly status?: Pod['status'];
}

function pod({ metadata, spec = {}, status = { phase: 'Running' } }: Fields = {}): Pod {
  const built = buildPod({ spec, status });
  return { ...built, metadata: { ...built.metadata, creationTimestamp: at(0), ...metadata } };
}

const ended = (name: string, minutes: number | undefined): ContainerStatus => ({
  name,
  image: 'i',
  imageID: '',
  ready: false,
  restartCount: 0,
  state:
    minutes === undefined
      ? { running: {} }
      : { terminated: { exitCode: 0, finishedAt: at(minutes) } },
});

const indexed = (text: string | undefined): Pod =>
  pod({
    metadata: {
      annotations: text === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': text },
    },
  });

test.each([
  ['0', 0],
  ['17', 17],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['one', undefined],
  [undefined, undefined],
])('the annotation %j tells the index %j', (text, index) => {
  expect(completionIndexOf(indexed(text))).toBe(index);
});

test.each([
  [['batch.kubernetes.io/job-tracking'], true],
  [['other', 'batch.kubernetes.io/job-tracking'], true],
  [['other'], false],
  [undefined, false],
])('a Pod with the finalizers %j is yet to be counted: %j', (finalizers, tracked) => {
  expect(isTracked(pod({ metadata: finalizers ? { finalizers } : {} }))).toBe(tracked);
});

describe('a Pod has failed', () => {
  const going = { deletionTimestamp: at(5) };
  const template = { template: {} };
  const patient: JobSpec = { ...template, podReplacementPolicy: 'Failed' };
  const ruled: JobSpec = { ...template, podFailurePolicy: { rules: [] } };

  test.each<[title: string, fields: Fields, spec: JobSpec, failed: boolean]>([
    ['when it says so', { status: { phase: 'Failed' } }, template, true],
    ['when it says so, however patient its Job', { status: { phase: 'Failed' } }, patient, true],
    ['not while it runs', {}, template, false],
    ['not when it has succeeded', { status: { phase: 'Succeeded' } }, template, false],
    ['when it is being deleted', { metadata: going }, template, true],
    [
      'not when it has succeeded and is being deleted',
      { metadata: going, status: { phase: 'Succeeded' } },
      template,
      false,
    ],
    ['not yet when its Job waits for its end', { metadata: going }, patient, false],
    ['not yet when a policy is to judge its end', { metadata: going }, ruled, false],
  ])('%s', (_title, fields, spec, failed) => {
    expect(hasFailed(pod(fields), spec)).toBe(failed);
  });
});

describe('a Pod ended', () => {
  const unready = [{ type: 'Ready', status: 'False', lastTransitionTime: at(7) }];
  const going = { deletionTimestamp: at(9), deletionGracePeriodSeconds: 60 };
  const sidecar = { name: 'side', image: 'i', restartPolicy: 'Always' as const };
  const main = { name: 'main', image: 'i' };

  test.each<[title: string, fields: Fields, minutes: number]>([
    [
      'with its last container',
      { status: { containerStatuses: [ended('a', 3), ended('b', 4)], conditions: unready } },
      4,
    ],
    [
      'with its last sidecar',
      {
        spec: { containers: [main], initContainers: [sidecar] },
        status: {
          containerStatuses: [ended('main', 3)],
          initContainerStatuses: [ended('side', 5)],
        },
      },
      5,
    ],
    [
      'when it ceased to be ready, where a container says nothing',
      {
        status: { containerStatuses: [ended('a', 3), ended('b', undefined)], conditions: unready },
      },
      7,
    ],
    ['when its deletion began, where nothing else says so', { metadata: going }, 8],
    ['when it was created, where nothing says anything', {}, 0],
  ])('%s', (_title, fields, minutes) => {
    expect(finishedAtMs(pod(fields))).toBe(atMs(minutes));
  });
});
