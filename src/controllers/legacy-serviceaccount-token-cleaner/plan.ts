/** Which tokens of old nobody has used for long. Pure. */
import type { Secret, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';
import {
  dayOf,
  LABEL_TOKEN_INVALID_SINCE,
  LABEL_TOKEN_LAST_USED,
  SECRET_TYPE_SERVICE_ACCOUNT_TOKEN,
  startOfDayMs,
} from '../../scheme/legacy-tokens.ts';

const DAY_MS = 86_400_000;

export interface CleanUpInput {
  readonly secrets: Iterable<Secret>;
  /** The account that a Secret is for, if it is there. */
  readonly accountOf: (secret: Secret) => ServiceAccount | undefined;
  /** Whether a Pod names the Secret. */
  readonly isMounted: (secret: Secret) => boolean;
  readonly nowMs: number;
  /** How long nobody must have come with a token. */
  readonly periodMs: number;
}

export interface CleanUpPlan {
  /** To be of no use from now on, until somebody takes the mark away. */
  readonly invalidate: readonly Secret[];
  /** To go: they have been of no use for as long again, and nobody minded. */
  readonly remove: readonly Secret[];
}

/** Whether uses have been noted for long enough to tell what nobody uses. @param trackedSince a day */
export function isTrackedLongEnough(
  trackedSince: string | undefined,
  { nowMs, periodMs }: Pick<CleanUpInput, 'nowMs' | 'periodMs'>,
): boolean {
  const sinceMs = startOfDayMs(trackedSince);
  return sinceMs !== undefined && nowMs >= sinceMs + DAY_MS + periodMs;
}

export function planCleanUp(input: CleanUpInput): CleanUpPlan {
  const invalidate: Secret[] = [];
  const remove: Secret[] = [];
  const horizon = dayOf(input.nowMs - input.periodMs);
  for (const secret of input.secrets) {
    if (!isUnused(secret, input, horizon)) continue;
    const invalidSince = secret.metadata.labels?.[LABEL_TOKEN_INVALID_SINCE];
    if (startOfDayMs(invalidSince) === undefined) invalidate.push(secret);
    else if ((invalidSince as string) < horizon) remove.push(secret);
  }
  return { invalidate, remove };
}

/** Only tokens that were made of themselves, which their account names: whoever made one by hand may have plans for it. */
function isUnused(
  secret: Secret,
  { accountOf, isMounted, nowMs, periodMs }: CleanUpInput,
  horizon: string,
): boolean {
  const { creationTimestamp, deletionTimestamp, labels, name } = secret.metadata;
  if (secret.type !== SECRET_TYPE_SERVICE_ACCOUNT_TOKEN || deletionTimestamp) return false;
  if (Date.parse(creationTimestamp ?? '') >= nowMs - periodMs) return false;
  const lastUsed = labels?.[LABEL_TOKEN_LAST_USED];
  if (lastUsed !== undefined && (startOfDayMs(lastUsed) === undefined || lastUsed >= horizon)) {
    return false;
  }
  const isNamed = accountOf(secret)?.secrets?.some((reference) => reference.name === name);
  return isNamed === true && !isMounted(secret);
}
