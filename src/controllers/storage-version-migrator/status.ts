/** What a StorageVersionMigration says of itself. Pure. */
import { findCondition, isConditionTrue, setCondition } from '../../scheme/conditions.ts';
import type { Condition } from '../../scheme/generated/types/meta-v1.ts';
import type {
  StorageVersionMigration,
  StorageVersionMigrationStatus,
} from '../../scheme/generated/types/storagemigration-v1beta1.ts';

export const CONDITION_RUNNING = 'Running';
export const CONDITION_SUCCEEDED = 'Succeeded';
export const CONDITION_FAILED = 'Failed';

const REASONS = {
  [CONDITION_RUNNING]: 'StorageVersionMigrationInProgress',
  [CONDITION_SUCCEEDED]: 'StorageVersionMigrationSucceeded',
  [CONDITION_FAILED]: 'StorageVersionMigrationFailed',
} as const;

type ConditionType = keyof typeof REASONS;

/** Where the next page begins: a continue token. A controller that starts anew goes on from there. */
const ANNOTATION_CONTINUE = 'storagemigration.orrery.dev/continue';
/** How many objects the pages before it had. */
const ANNOTATION_DONE = 'storagemigration.orrery.dev/done';

/** How far a migration is. */
export interface Progress {
  readonly done: number;
  /** How many objects are left, as far as it is known. */
  readonly remaining: number;
  /** Unset at the beginning and at the end. */
  readonly continueToken: string | undefined;
}

export function isFinished({ status }: StorageVersionMigration): boolean {
  return (
    isConditionTrue(status?.conditions, CONDITION_SUCCEEDED) ||
    isConditionTrue(status?.conditions, CONDITION_FAILED)
  );
}

export function isStarted({ status }: StorageVersionMigration): boolean {
  return findCondition(status?.conditions, CONDITION_RUNNING) !== undefined;
}

/** `migration` as it says that it begins. */
export function withStart(
  migration: StorageVersionMigration,
  now: string,
): StorageVersionMigration {
  return withCondition(migration, { type: CONDITION_RUNNING, message: '', now });
}

/** Where the last page that was done ended. */
export function progressOf({ metadata }: StorageVersionMigration): Progress {
  const { [ANNOTATION_CONTINUE]: continueToken, [ANNOTATION_DONE]: done } =
    metadata.annotations ?? {};
  return { done: Number(done) || 0, remaining: 0, continueToken };
}

/** `migration` as it says how far it is. @param resourceVersion The moment whose objects are rewritten. */
export function withProgress(
  migration: StorageVersionMigration,
  progress: Progress,
  { resourceVersion, now }: { readonly resourceVersion: string; readonly now: string },
): StorageVersionMigration {
  const { done, remaining, continueToken } = progress;
  const isDone = continueToken === undefined;
  const message = isDone
    ? `${done === 1 ? '1 object is' : `${done} objects are`} in the storage version`
    : `${done} of ${done + remaining} objects are in the storage version`;
  const type = isDone ? CONDITION_SUCCEEDED : CONDITION_RUNNING;
  const next = withCondition(migration, { type, message, now });
  return {
    ...next,
    metadata: withCheckpoint(migration.metadata, progress),
    status: {
      ...next.status,
      resourceVersion: migration.status?.resourceVersion ?? resourceVersion,
    },
  };
}

/** `migration` as it says that it cannot go on. */
export function withFailure(
  migration: StorageVersionMigration,
  message: string,
  now: string,
): StorageVersionMigration {
  return withCondition(migration, { type: CONDITION_FAILED, message, now });
}

interface ConditionChange {
  readonly type: ConditionType;
  readonly message: string;
  readonly now: string;
}

/** The condition is true; a migration that has ended runs no more, which says why as well. */
function withCondition(
  migration: StorageVersionMigration,
  { type, message, now }: ConditionChange,
): StorageVersionMigration {
  const status: StorageVersionMigrationStatus = migration.status ?? {};
  const condition = (of: ConditionType, value: 'True' | 'False'): Condition => ({
    type: of,
    status: value,
    reason: REASONS[type],
    message,
    lastTransitionTime: now,
  });
  let conditions = setCondition(status.conditions, condition(type, 'True'));
  if (type !== CONDITION_RUNNING && isStarted(migration)) {
    conditions = setCondition(conditions, condition(CONDITION_RUNNING, 'False'));
  }
  return { ...migration, status: { ...status, conditions: [...conditions] } };
}

function withCheckpoint(
  metadata: StorageVersionMigration['metadata'],
  { done, continueToken }: Progress,
): StorageVersionMigration['metadata'] {
  const annotations: Record<string, string> = {
    ...metadata.annotations,
    [ANNOTATION_DONE]: String(done),
  };
  if (continueToken === undefined) delete annotations[ANNOTATION_CONTINUE];
  else annotations[ANNOTATION_CONTINUE] = continueToken;
  return { ...metadata, annotations };
}
