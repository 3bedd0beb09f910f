/** The ReplicaSet of a Deployment's present template: made once, then kept in step with it. All pure. */
import { cloneJson } from '../../lib/deep-equal.ts';
import type { Deployment, ReplicaSet } from '../../scheme/generated/types/apps-v1.ts';
import {
  ANNOTATION_DESIRED_REPLICAS,
  ANNOTATION_MAX_REPLICAS,
  ANNOTATION_REVISION,
  ANNOTATION_REVISION_HISTORY,
  isOwnAnnotation,
  LABEL_POD_TEMPLATE_HASH,
  revisionOf,
} from '../../scheme/groups/apps/deployment-revisions.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { podTemplateHash } from '../shared/pod-template-hash.ts';
import { desiredReplicas, isRollingUpdate, maxSurge } from './limits.ts';
import { type ReplicaSets, replicasOf, sumOf } from './replica-sets.ts';

const MAX_NAME_LENGTH = 253;
/** The history of a ReplicaSet that is rolled back to over and over must not grow without bound. */
const MAX_HISTORY_LENGTH = 2000;

type Annotations = Record<string, string>;

/** The ReplicaSet to create for the present template. */
export function buildNewReplicaSet(deployment: Deployment, sets: ReplicaSets): ReplicaSet {
  const template = deployment.spec?.template ?? {};
  const hash = podTemplateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [LABEL_POD_TEMPLATE_HASH]: hash };
  const selector = deployment.spec?.selector;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${(deployment.metadata.name ?? '').slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: {
        ...inheritedAnnotations(deployment),
        ...replicaAnnotations(deployment),
        [ANNOTATION_REVISION]: String(nextRevision(sets.old)),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: initialReplicas(deployment, sets.old),
      minReadySeconds: deployment.spec?.minReadySeconds,
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [LABEL_POD_TEMPLATE_HASH]: hash },
      },
      template: cloneJson({ ...template, metadata: { ...template.metadata, labels } }),
    },
  };
}

function initialReplicas(deployment: Deployment, old: readonly ReplicaSet[]): number {
  return isRollingUpdate(deployment)
    ? Math.max(0, Math.min(desiredReplicas(deployment), roomForSurge(deployment, old)))
    : desiredReplicas(deployment);
}

/** How many Pods may be added before the Deployment has more than the desired number and the surge. */
export function roomForSurge(deployment: Deployment, all: readonly ReplicaSet[]): number {
  return desiredReplicas(deployment) + maxSurge(deployment) - sumOf(all, replicasOf);
}

/**
 * The present ReplicaSet with its revision, the annotations of the Deployment and its minReadySeconds; the same object when
 * it is in step already.
 */
export function syncCurrentReplicaSet(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): ReplicaSet {
  const before = current.metadata.annotations ?? {};
  const annotations = {
    ...before,
    ...inheritedAnnotations(deployment),
    ...raisedRevision(current, old),
  };
  const minReadySeconds = deployment.spec?.minReadySeconds;
  const isInStep =
    sameAnnotations(before, annotations) &&
    (current.spec?.minReadySeconds ?? 0) === (minReadySeconds ?? 0);
  if (isInStep || !current.spec) return current;
  return {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...current.spec, minReadySeconds },
  };
}

/** The ReplicaSet with `replicas`, and with what the Deployment wanted when that was decided. */
export function withReplicas(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  replicas: number,
): ReplicaSet {
  const before = replicaSet.metadata.annotations ?? {};
  const annotations = { ...before, ...replicaAnnotations(deployment) };
  if (replicasOf(replicaSet) === replicas && sameAnnotations(before, annotations))
    return replicaSet;
  if (!replicaSet.spec) return replicaSet;
  return {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations },
    spec: { ...replicaSet.spec, replicas },
  };
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

/** A template that was rolled back to becomes the newest revision; its old numbers are kept as history. */
function raisedRevision(current: ReplicaSet, old: readonly ReplicaSet[]): Annotations {
  const revision = revisionOf(current);
  const next = nextRevision(old);
  if (revision >= next) return {};
  if (revision === 0) return { [ANNOTATION_REVISION]: String(next) };
  const history = current.metadata.annotations?.[ANNOTATION_REVISION_HISTORY];
  return {
    [ANNOTATION_REVISION]: String(next),
    [ANNOTATION_REVISION_HISTORY]: shortened(history ? `${history},${revision}` : String(revision)),
  };
}

function shortened(history: string): string {
  let rest = history;
  while (rest.length > MAX_HISTORY_LENGTH) rest = rest.slice(rest.indexOf(',') + 1);
  return rest;
}

function inheritedAnnotations(deployment: Deployment): Annotations {
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => !isOwnAnnotation(key),
  );
  return Object.fromEntries(inherited);
}

function replicaAnnotations(deployment: Deployment): Annotations {
  const desired = desiredReplicas(deployment);
  return {
    [ANNOTATION_DESIRED_REPLICAS]: String(desired),
    [ANNOTATION_MAX_REPLICAS]: String(desired + maxSurge(deployment)),
  };
}

/** `after` has every key of `before`. */
function sameAnnotations(before: Annotations, after: Annotations): boolean {
  return Object.keys(after).every((key) => before[key] === after[key]);
}
