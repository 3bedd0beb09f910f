/** The Pods that a Job makes. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Container, Pod, PodSpec } from '../../scheme/generated/types/core-v1.ts';
import { podFromTemplate } from '../shared/pod-template.ts';
import { failureAnnotations } from './index-failures.ts';
import { hasLimitPerIndex } from './job.ts';
import { ANNOTATION_COMPLETION_INDEX, FINALIZER_JOB_TRACKING } from './pods.ts';

const ENV_COMPLETION_INDEX = 'JOB_COMPLETION_INDEX';
/** A generated name is this and five random characters: 63 together. */
const MAX_NAME_PREFIX_LENGTH = 58;

export interface PodOfIndex {
  readonly index: number;
  /** The last failed Pod of the index. */
  readonly replaced: Pod | undefined;
}

/** A Pod of the Job's template, tracked and owned by it. @param place of an Indexed Job */
export function podOfJob(job: Job, spec: JobSpec, place?: PodOfIndex): NewObject<Pod> {
  const pod = podFromTemplate(job, spec.template) as NewObject<Pod> & { spec: PodSpec };
  pod.metadata.finalizers = [
    ...new Set([...(pod.metadata.finalizers ?? []), FINALIZER_JOB_TRACKING]),
  ];
  return place ? withIndex(pod, job.metadata.name ?? '', spec, place) : pod;
}

function indexedPrefix(name: string, index: number): string {
  const suffix = `-${index}-`;
  return name.slice(0, MAX_NAME_PREFIX_LENGTH - suffix.length) + suffix;
}

function withIndex(
  pod: NewObject<Pod> & { spec: PodSpec },
  jobName: string,
  spec: JobSpec,
  { index, replaced }: PodOfIndex,
): NewObject<Pod> {
  const { metadata } = pod;
  const mark = { [ANNOTATION_COMPLETION_INDEX]: `${index}` };
  const failures = hasLimitPerIndex(spec) ? failureAnnotations(spec, replaced) : {};
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: indexedPrefix(jobName, index),
      labels: { ...metadata.labels, ...mark },
      annotations: { ...metadata.annotations, ...mark, ...failures },
    },
    spec: {
      ...pod.spec,
      hostname: `${jobName}-${index}`,
      containers: pod.spec.containers.map(withIndexVariable),
      ...(pod.spec.initContainers
        ? { initContainers: pod.spec.initContainers.map(withIndexVariable) }
        : {}),
    },
  };
}

/** A container that sets the variable itself keeps what it sets. */
function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === ENV_COMPLETION_INDEX)) return container;
  const fieldPath = `metadata.labels['${ANNOTATION_COMPLETION_INDEX}']`;
  const variable = { name: ENV_COMPLETION_INDEX, valueFrom: { fieldRef: { fieldPath } } };
  return { ...container, env: [...env, variable] };
}
