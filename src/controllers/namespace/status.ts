/** The conditions by which a namespace tells what keeps it from going. Pure. */
import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { NamespaceCondition, NamespaceStatus } from '../../scheme/generated/types/core-v1.ts';
import type { Remaining } from './plan.ts';

export const CONDITION_DISCOVERY_FAILURE = 'NamespaceDeletionDiscoveryFailure';
export const CONDITION_VERSION_PARSING_FAILURE = 'NamespaceDeletionGroupVersionParsingFailure';
export const CONDITION_CONTENT_FAILURE = 'NamespaceDeletionContentFailure';
export const CONDITION_CONTENT_REMAINING = 'NamespaceContentRemaining';
export const CONDITION_FINALIZERS_REMAINING = 'NamespaceFinalizersRemaining';

export const REASON_RESOURCES_DISCOVERED = 'ResourcesDiscovered';
export const REASON_PARSED_GROUP_VERSIONS = 'ParsedGroupVersions';
export const REASON_CONTENT_DELETED = 'ContentDeleted';
export const REASON_CONTENT_DELETION_FAILED = 'ContentDeletionFailed';
export const REASON_CONTENT_REMOVED = 'ContentRemoved';
export const REASON_SOME_RESOURCES_REMAIN = 'SomeResourcesRemain';
export const REASON_CONTENT_HAS_NO_FINALIZERS = 'ContentHasNoFinalizers';
export const REASON_SOME_FINALIZERS_REMAIN = 'SomeFinalizersRemain';

export interface DeletionProgress {
  readonly remaining: readonly Remaining[];
  /** What went wrong while deleting. */
  readonly errors: readonly Error[];
}

type Condition = Omit<NamespaceCondition, 'lastTransitionTime'>;

/** The status of a namespace that is being deleted. */
export function computeNamespaceStatus(
  status: NamespaceStatus | undefined,
  progress: DeletionProgress,
  nowMs: number,
): NamespaceStatus {
  const lastTransitionTime = toRfc3339(nowMs);
  let conditions: readonly NamespaceCondition[] = status?.conditions ?? [];
  for (const condition of conditionsOf(progress)) {
    conditions = setCondition(conditions, { ...condition, lastTransitionTime });
  }
  return { ...status, phase: 'Terminating', conditions: [...conditions] };
}

function conditionsOf({ remaining, errors }: DeletionProgress): readonly Condition[] {
  return [
    {
      type: CONDITION_DISCOVERY_FAILURE,
      status: 'False',
      reason: REASON_RESOURCES_DISCOVERED,
      message: 'All resources successfully discovered',
    },
    {
      type: CONDITION_VERSION_PARSING_FAILURE,
      status: 'False',
      reason: REASON_PARSED_GROUP_VERSIONS,
      message: 'All legacy kube types successfully parsed',
    },
    contentFailure(errors),
    contentRemaining(remaining),
    finalizersRemaining(remaining),
  ];
}

function contentFailure(errors: readonly Error[]): Condition {
  const messages = errors.map(({ message }) => message).sort();
  return errors.length === 0
    ? {
        type: CONDITION_CONTENT_FAILURE,
        status: 'False',
        reason: REASON_CONTENT_DELETED,
        message: 'All content successfully deleted, may be waiting on finalization',
      }
    : {
        type: CONDITION_CONTENT_FAILURE,
        status: 'True',
        reason: REASON_CONTENT_DELETION_FAILED,
        message: `Failed to delete all resource types, ${errors.length} remaining: ${messages.join(', ')}`,
      };
}

function contentRemaining(remaining: readonly Remaining[]): Condition {
  const lines = remaining
    .filter(({ objects }) => objects.length > 0)
    .map(
      ({ resource, objects }) =>
        `${resource.resource}.${resource.group} has ${objects.length} resource instances`,
    )
    .sort();
  return lines.length === 0
    ? {
        type: CONDITION_CONTENT_REMAINING,
        status: 'False',
        reason: REASON_CONTENT_REMOVED,
        message: 'All content successfully removed',
      }
    : {
        type: CONDITION_CONTENT_REMAINING,
        status: 'True',
        reason: REASON_SOME_RESOURCES_REMAIN,
        message: `Some resources are remaining: ${lines.join(', ')}`,
      };
}

function finalizersRemaining(remaining: readonly Remaining[]): Condition {
  const counts = countFinalizers(remaining);
  const lines = [...counts]
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    .sort();
  return lines.length === 0
    ? {
        type: CONDITION_FINALIZERS_REMAINING,
        status: 'False',
        reason: REASON_CONTENT_HAS_NO_FINALIZERS,
        message: 'All content-preserving finalizers finished',
      }
    : {
        type: CONDITION_FINALIZERS_REMAINING,
        status: 'True',
        reason: REASON_SOME_FINALIZERS_REMAIN,
        message: `Some content in the namespace has finalizers remaining: ${lines.join(', ')}`,
      };
}

function countFinalizers(remaining: readonly Remaining[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const { metadata } of objects) {
      for (const finalizer of metadata.finalizers ?? []) {
        counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
      }
    }
  }
  return counts;
}
