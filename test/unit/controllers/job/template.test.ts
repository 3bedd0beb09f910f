import { describe, expect, test } from '@jest/globals';
import { podOfJob } from '../../../../src/controllers/job/template.ts';
import type { Job, JobSpec } from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { jobOf, jobPod } from '../../../support/job-census.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';
const FINALIZER = 'batch.kubernetes.io/job-tracking';

const job = (spec: Partial<JobSpec> = {}, name = 'work'): Job =>
  jobOf({ spec, metadata: { name } });
const podOf = (from: Job, index?: number, replaced?: Pod) =>
  podOfJob(from, from.spec as JobSpec, index === undefined ? undefined : { index, replaced });

const variable = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
};
const template = {
  metadata: { labels: { app: 'a' }, annotations: { note: 'b' }, finalizers: ['example.com/mine'] },
  spec: {
    restartPolicy: 'Never',
    containers: [
      { name: 'main', image: 'a' },
      { name: 'own', image: 'a', env: [{ name: 'JOB_COMPLETION_INDEX', value: 'x' }] },
    ],
    initContainers: [{ name: 'init', image: 'a', env: [{ name: 'A', value: '1' }] }],
  },
} satisfies JobSpec['template'];

describe('a Pod of a Job', () => {
  test('is of the template, owned by the Job, and held until it is counted', () => {
    const { metadata, spec } = podOf(job({ template }));

    expect(metadata).toMatchObject({
      generateName: 'work-',
      labels: { app: 'a' },
      annotations: { note: 'b' },
      finalizers: ['example.com/mine', FINALIZER],
      ownerReferences: [{ kind: 'Job', name: 'work', controller: true, blockOwnerDeletion: true }],
    });
    expect(spec).toEqual(template.spec);
  });

  test('is held once, although the template holds it already', () => {
    const held = { ...template, metadata: { finalizers: [FINALIZER] } };

    expect(podOf(job({ template: held })).metadata.finalizers).toEqual([FINALIZER]);
  });

  test('of an Indexed Job tells its index by name, host name, label, annotation and variable', () => {
    const { metadata, spec } = podOf(job({ template, completionMode: 'Indexed' }), 3);

    expect(metadata).toMatchObject({
      generateName: 'work-3-',
      labels: { app: 'a', [INDEX]: '3' },
      annotations: { note: 'b', [INDEX]: '3' },
    });
    expect(metadata.annotations).not.toHaveProperty([FAILURES]);
    expect(spec?.hostname).toBe('work-3');
    expect(spec?.containers[0]?.env).toEqual([variable]);
    expect(spec?.initContainers?.[0]?.env).toEqual([{ name: 'A', value: '1' }, variable]);
  });

  test('keeps a variable of that name that the template sets itself', () => {
    const { spec } = podOf(job({ template, completionMode: 'Indexed' }), 3);

    expect(spec?.containers[1]).toEqual(template.spec.containers[1]);
  });

  test('has no list of init containers when the template has none', () => {
    expect(podOf(job({ completionMode: 'Indexed' }), 0).spec).not.toHaveProperty('initContainers');
  });

  test('has a name that leaves room for five random characters, however long that of its Job', () => {
    const { metadata } = podOf(job({ completionMode: 'Indexed' }, 'w'.repeat(63)), 12);

    expect(metadata.generateName).toBe(`${'w'.repeat(54)}-12-`);
  });
});

describe('a Pod of an index with a limit of its own', () => {
  const ignores: Partial<JobSpec> = {
    podFailurePolicy: {
      rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } }],
    },
  };
  const replaced = (annotations: Record<string, string> = {}): Pod =>
    jobPod('old', { index: 0, phase: 'Failed', endedSecondsAgo: 5, annotations });

  test.each<
    [
      law: string,
      spec: Partial<JobSpec>,
      replaced: Pod | undefined,
      failures: string,
      ignored: string | undefined,
    ]
  >([
    ['begins without a failure', {}, undefined, '0', undefined],
    ['counts the failure of the Pod before it', {}, replaced(), '1', undefined],
    ['counts on from the Pod before it', {}, replaced({ [FAILURES]: '2' }), '3', undefined],
    [
      'begins anew where the Pod before it tells no number',
      {},
      replaced({ [FAILURES]: 'many' }),
      '1',
      undefined,
    ],
    ['counts an ignored failure apart', ignores, replaced({ [FAILURES]: '2' }), '2', '1'],
    [
      'counts on ignored failures',
      ignores,
      replaced({ [FAILURES]: '2', [IGNORED]: '4' }),
      '2',
      '5',
    ],
    [
      'keeps the ignored failures beside one that counts',
      {},
      replaced({ [IGNORED]: '4' }),
      '1',
      '4',
    ],
  ])('%s', (_, spec, before, failures, ignored) => {
    const limited = job({ completionMode: 'Indexed', backoffLimitPerIndex: 3, ...spec });
    const { annotations } = podOf(limited, 0, before).metadata;

    expect([annotations?.[FAILURES], annotations?.[IGNORED]]).toEqual([failures, ignored]);
  });
});
