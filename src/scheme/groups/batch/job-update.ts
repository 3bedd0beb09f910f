/** What of a Job may change once it is there. */
import { isConditionTrue } from '../../conditions.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Job, JobSpec } from '../../generated/types/batch-v1.ts';
import type { Container, PodTemplateSpec } from '../../generated/types/core-v1.ts';
import { validateImmutable } from '../../metadata-validation.ts';

const IMMUTABLE = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

export function validateJobUpdate(job: Job, current: Job): FieldError[] {
  const errors: FieldError[] = [];
  const { spec: next } = job;
  const { spec: before } = current;
  if (!next || !before) return next ? errors : [required('spec')];
  validateCompletions(next, before, errors);
  for (const member of IMMUTABLE) {
    validateImmutable(next[member], before[member], `spec.${member}`, errors);
  }
  const template = isAtRest(current)
    ? withDirectivesOf(before.template, next.template)
    : before.template;
  validateImmutable(next.template, template, 'spec.template', errors);
  return errors;
}

/** An Indexed Job may be scaled while it runs: both numbers at once. */
function validateCompletions(next: JobSpec, current: JobSpec, errors: FieldError[]): void {
  if (next.completions === current.completions) return;
  if (next.completionMode !== 'Indexed') {
    validateImmutable(next.completions, current.completions, 'spec.completions', errors);
  } else if (next.completions === undefined || next.completions !== next.parallelism) {
    const detail = 'can only be modified in tandem with spec.parallelism';
    errors.push(invalid('spec.completions', next.completions, detail));
  }
}

/** Suspended, with no Pod left that was made of the template. */
function isAtRest({ spec, status }: Job): boolean {
  if (!spec?.suspend) return false;
  if (status?.startTime === undefined) return true;
  return isConditionTrue(status.conditions, 'Suspended') && !status.active;
}

/** `current` with everything of `next` that says where its Pods may run and what each container asks for. */
function withDirectivesOf(current: PodTemplateSpec, next: PodTemplateSpec): PodTemplateSpec {
  if (!current.spec || !next.spec) return current;
  const { affinity, nodeSelector, tolerations, schedulingGates } = next.spec;
  return {
    ...current,
    metadata: mergeMetadata(current.metadata, next.metadata),
    spec: {
      ...current.spec,
      affinity: mergeAffinity(current.spec.affinity, affinity),
      nodeSelector,
      tolerations,
      schedulingGates,
      containers: withResourcesOf(current.spec.containers, next.spec.containers) ?? [],
      initContainers: withResourcesOf(current.spec.initContainers, next.spec.initContainers),
    },
  };
}

type Metadata = PodTemplateSpec['metadata'];

/** Labels and annotations may change; where there is nothing else, none is as good as empty. */
function mergeMetadata(current: Metadata, next: Metadata): Metadata {
  const merged = {
    ...current,
    annotations: next?.annotations,
    labels: next?.labels,
  } as Metadata & object;
  return Object.values(merged).some((member) => member !== undefined) ? merged : next;
}

type Affinity = NonNullable<PodTemplateSpec['spec']>['affinity'];

/** Of the affinities only that to nodes may change. */
function mergeAffinity(current: Affinity, next: Affinity): Affinity {
  const { nodeAffinity: _, ...others } = current ?? {};
  const merged = { ...others, ...(next?.nodeAffinity ? { nodeAffinity: next.nodeAffinity } : {}) };
  if (Object.keys(merged).length > 0) return merged;
  return next && Object.values(next).some((member) => member !== undefined) ? merged : next;
}

function withResourcesOf(
  current: Container[] | undefined,
  next: readonly Container[] | undefined,
): Container[] | undefined {
  if (current?.length !== next?.length) return current;
  return current?.map((container, index) => ({
    ...container,
    resources: next?.[index]?.resources,
  }));
}
