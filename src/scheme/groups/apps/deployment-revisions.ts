/**
 * The revisions of a Deployment: each ReplicaSet that it made, numbered in an annotation. Shared by the controller that
 * writes them and by whoever shows or undoes a rollout.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { ApiError, badRequest } from '../../errors.ts';
import type { Deployment, ReplicaSet } from '../../generated/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../generated/types/core-v1.ts';

export const ANNOTATION_REVISION = 'deployment.kubernetes.io/revision';
/** The revisions that a ReplicaSet was before, oldest first, joined by commas. */
export const ANNOTATION_REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** Why a revision was made, in its author's words. */
export const ANNOTATION_CHANGE_CAUSE = 'kubernetes.io/change-cause';
export const ANNOTATION_DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const ANNOTATION_MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** The revision that the controller is asked to go back to; 0 is the one before the present. Old versions say it in their spec. */
export const ANNOTATION_ROLLBACK_TO = 'deprecated.deployment.rollback.to';
export const LABEL_POD_TEMPLATE_HASH = 'pod-template-hash';

/** Annotations that say something of one object alone: they go neither from Deployment to ReplicaSet nor back. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  ANNOTATION_REVISION,
  ANNOTATION_REVISION_HISTORY,
  ANNOTATION_DESIRED_REPLICAS,
  ANNOTATION_MAX_REPLICAS,
  ANNOTATION_ROLLBACK_TO,
]);

/** Whether the annotation stays with the object that has it, instead of going along with a revision. */
export function isOwnAnnotation(key: string): boolean {
  return OWN_ANNOTATIONS.has(key);
}

/** The revision of a Deployment or ReplicaSet; 0 when it has none. */
export function revisionOf({ metadata }: Deployment | ReplicaSet): number {
  const revision = Number(metadata.annotations?.[ANNOTATION_REVISION] ?? 0);
  return Number.isSafeInteger(revision) ? revision : 0;
}

/** The template of a ReplicaSet as its Deployment had it: without the hash that the controller put in. */
export function originalTemplate(replicaSet: ReplicaSet): PodTemplateSpec {
  const template = replicaSet.spec?.template ?? {};
  const { [LABEL_POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether the ReplicaSet is of the Deployment's present template. */
export function isOfTemplate(replicaSet: ReplicaSet, template: PodTemplateSpec): boolean {
  const labels = template.metadata?.labels ?? {};
  return deepEqual(originalTemplate(replicaSet), {
    ...template,
    metadata: { ...template.metadata, labels },
  });
}

export interface RollbackOptions {
  readonly deployment: Deployment;
  /** The ReplicaSets that the Deployment controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** The revision to go back to; 0 is the one before the present. @default 0 */
  readonly toRevision?: number;
}

export interface Rollback {
  readonly toRevision: number;
  /** The Deployment has that revision's template already: there is nothing to patch. */
  readonly isCurrent: boolean;
  /** A JSON patch of the Deployment: the template of the revision, and the annotations that went with it. */
  readonly operations: readonly { op: 'add'; path: string; value: unknown }[];
}

/**
 * What `rollout undo` does to a Deployment.
 * @throws {ApiError} NotFound when there is no such revision, BadRequest when the Deployment is paused
 */
export function planRollback({
  deployment,
  replicaSets,
  toRevision = 0,
}: RollbackOptions): Rollback {
  const name = deployment.metadata.name ?? '';
  if (deployment.spec?.paused) {
    throw badRequest(
      `you cannot rollback a paused deployment; resume it first with 'orrery rollout resume deployment/${name}' and try again`,
    );
  }
  const target = findRevision(replicaSets, toRevision);
  if (!target) throw noSuchRevision(name, toRevision);
  const template = originalTemplate(target);
  return {
    toRevision: revisionOf(target),
    isCurrent: deployment.spec !== undefined && isOfTemplate(target, deployment.spec.template),
    operations: [
      { op: 'add', path: '/spec/template', value: template },
      {
        op: 'add',
        path: '/metadata/annotations',
        value: rolledBackAnnotations(deployment, target),
      },
    ],
  };
}

/** The ReplicaSet of a revision. @param toRevision 0 is the one before the present */
export function findRevision(
  replicaSets: readonly ReplicaSet[],
  toRevision: number,
): ReplicaSet | undefined {
  const newestFirst = replicaSets
    .filter((replicaSet) => revisionOf(replicaSet) > 0)
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  if (toRevision === 0) return newestFirst[1];
  return newestFirst.find((replicaSet) => revisionOf(replicaSet) === toRevision);
}

function noSuchRevision(name: string, toRevision: number): ApiError {
  return new ApiError(
    'NotFound',
    toRevision > 0
      ? `unable to find specified revision ${toRevision} in history`
      : `no rollout history found for deployment "${name}"`,
  );
}

/** The annotations that a Deployment has once it is back at the revision of `target`: those, and its own. */
export function rolledBackAnnotations(
  deployment: Deployment,
  target: ReplicaSet,
): Readonly<Record<string, string>> {
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) =>
    isOwnAnnotation(key),
  );
  const restored = Object.entries(target.metadata.annotations ?? {}).filter(
    ([key]) => !isOwnAnnotation(key),
  );
  return Object.fromEntries([...kept, ...restored]);
}
