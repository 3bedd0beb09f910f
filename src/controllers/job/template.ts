/** The Pods that a Job makes. All pure. */
import type { NewObject } from '../../apiserver/client.ts';
import { cloneJson } from '../../lib/deep-equal.ts';
import type { Job, JobSpec } from '../../scheme/generated/types/batch-v1.ts';
import type { Container, Pod, PodSpec } from '../../scheme/generated/types/core-v1.ts';
import { controllerReference } from '../shared/owner-references.ts';
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
export function podFromTemplate(job: Job, spec: JobSpec, place?: PodOfIndex): NewObject<Pod> {
  const { annotations, finalizers = [], labels } = spec.template.metadata ?? {};
  const { name = '', namespace } = job.metadata;
  const pod: NewObject<Pod> & { spec: PodSpec } = {
    metadata: {
      generateName: place ? indexedPrefix(name, place.index) : `${name}-`,
      namespace,
      labels: { ...labels },
      annotations: { ...annotations },
      finalizers: [...new Set([...finalizers, FINALIZER_JOB_TRACKING])],
      ownerReferences: [controllerReference(job)],
    },
    // The API takes what it is given, and fills defaults in: the template itself must stay as it is.
    spec: cloneJson(spec.template.spec) as PodSpec,
  };
  return place ? withIndex(pod, name, spec, place) : pod;
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
