import { describe, expect, test } from '@jest/globals';
import { podOfJob } from '../../../../src/controllers/job/template.ts';
import type {
  Job,
  JobSpec,
  PodFailurePolicyRule,
} from '../../../../src/scheme/generated/types/batch-v1.ts';
import type { PodTemplateSpec } from '../../../../src/scheme/generated/types/core-v1.ts';
import { FAILURES, INDEX, newPod } from '../../../support/job-census.ts';

const INDEXED = { completionMode: 'Indexed' } as const;

describe('a Pod of a Job', () => {
  const template: PodTemplateSpec = {
    metadata: { labels: { app: 'work' } },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'c' },
        { name: 'own', env: [{ name: 'JOB_COMPLETION_INDEX', value: 'x' }] },
      ],
      initContainers: [{ name: 'i' }],
    },
  };
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default', uid: 'uid-work' },
    spec: { template },
  };

  test('is tracked until it is counted, and belongs to the Job', () => {
    const { metadata } = podOfJob(job, { template });
    expect(metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    expect(metadata.ownerReferences).toMatchObject([{ uid: 'uid-work', controller: true }]);
    expect(metadata.generateName).toBe('work-');
  });

  test('of an index tells it by name, label, annotation, hostname and variable', () => {
    const spec: JobSpec = { ...INDEXED, completions: 20, template };
    const pod = podOfJob(job, spec, { index: 12, replaced: undefined });
    expect(pod.metadata.generateName).toBe('work-12-');
    expect(pod.metadata.labels).toEqual({ app: 'work', [INDEX]: '12' });
    expect(pod.metadata.annotations).toEqual({ [INDEX]: '12' });
    expect(pod.spec?.hostname).toBe('work-12');
    const variable = {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
    };
    expect(pod.spec?.containers?.map(({ env }) => env)).toEqual([
      [variable],
      [{ name: 'JOB_COMPLETION_INDEX', value: 'x' }],
    ]);
    expect(pod.spec?.initContainers?.map(({ env }) => env)).toEqual([[variable]]);
  });

  test.each<[rule: 'Ignore' | 'Count', annotations: object]>([
    ['Count', { [FAILURES]: '3' }],
    ['Ignore', { [FAILURES]: '2', 'batch.kubernetes.io/job-index-ignored-failure-count': '1' }],
  ])(
    'of an index with a limit tells what was before it, by a rule that says %s',
    (action, said) => {
      const rules: PodFailurePolicyRule[] = [
        { action, onExitCodes: { operator: 'In', values: [1] } },
      ];
      const spec: JobSpec = {
        ...INDEXED,
        template,
        backoffLimitPerIndex: 9,
        podFailurePolicy: { rules },
      };
      const replaced = newPod({ phase: 'Failed', index: 0, indexFailures: 2 });
      const { metadata } = podOfJob(job, spec, { index: 0, replaced });
      expect(metadata.annotations).toEqual({ [INDEX]: '0', ...said });
    },
  );
});
