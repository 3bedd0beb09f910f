/** How a definition goes: marked, then emptied of its objects, then gone. */
import { setCondition } from '../conditions.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from '../generated/types/apiextensions-v1.ts';

/** Holds a definition until its objects are gone. */
export const FINALIZER_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const CONDITION_TERMINATING = 'Terminating';

type Progress = Pick<CustomResourceDefinitionCondition, 'status' | 'reason' | 'message'>;

const PENDING: Progress = {
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
};
const IN_PROGRESS: Progress = {
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const COMPLETED: Progress = {
  status: 'False',
  reason: 'InstanceDeletionCompleted',
  message: 'removed all instances',
};

/** Whether a definition waits for its objects to be deleted. */
export function isBeingCleanedUp({ metadata }: CustomResourceDefinition): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers?.includes(FINALIZER_CLEANUP) ?? false)
  );
}

/** The definition as its deletion is asked for: held until it is empty. @param now RFC 3339 */
export function beginTermination(
  definition: CustomResourceDefinition,
  now: string,
): CustomResourceDefinition {
  const { metadata } = definition;
  const others = (metadata.finalizers ?? []).filter((one) => one !== FINALIZER_CLEANUP);
  const held = {
    ...definition,
    metadata: { ...metadata, finalizers: [...others, FINALIZER_CLEANUP] },
  };
  return withProgress(held, PENDING, now);
}

/** The definition while its objects are deleted. */
export function continueTermination(
  definition: CustomResourceDefinition,
  now: string,
): CustomResourceDefinition {
  return withProgress(definition, IN_PROGRESS, now);
}

/** The definition when nothing is left of it: let go. */
export function completeTermination(
  definition: CustomResourceDefinition,
  now: string,
): CustomResourceDefinition {
  const { metadata } = definition;
  const finalizers = (metadata.finalizers ?? []).filter((one) => one !== FINALIZER_CLEANUP);
  return withProgress({ ...definition, metadata: { ...metadata, finalizers } }, COMPLETED, now);
}

function withProgress(
  definition: CustomResourceDefinition,
  progress: Progress,
  now: string,
): CustomResourceDefinition {
  const condition = { type: CONDITION_TERMINATING, ...progress, lastTransitionTime: now };
  const conditions = [...setCondition(definition.status?.conditions, condition)];
  return { ...definition, status: { ...definition.status, conditions } };
}
