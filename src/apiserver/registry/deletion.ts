/**
 * What deleting an object does to it. Kubernetes' rules: an object goes at once unless it has a grace period to live out
 * (Pods) or finalizers that hold it; then it is marked with a deletionTimestamp, and whoever it waits for makes it go.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { FINALIZER_FOREGROUND, FINALIZER_ORPHAN } from '../../scheme/metadata-validation.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';

export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

export interface DeletionRules {
  /** What the client asks for; undefined takes {@link defaultGracePeriodSeconds}. */
  readonly gracePeriodSeconds: number | undefined;
  /** Undefined or 0 for objects that go at once whatever the client asks: nobody is there to wind them up. */
  readonly defaultGracePeriodSeconds: number | undefined;
  /** Undefined leaves it to the finalizers that are there. */
  readonly propagationPolicy: PropagationPolicy | undefined;
  /** Where nobody says otherwise. */
  readonly defaultPolicy: PropagationPolicy;
  readonly nowMs: number;
}

export type Deletion =
  /** It is on its way out already, and this request does not hasten it. */
  | { readonly kind: 'pending' }
  /** It stays, marked. */
  | { readonly kind: 'mark'; readonly metadata: ObjectMeta }
  | { readonly kind: 'remove' };

export function decideDeletion({ metadata }: ApiObject, rules: DeletionRules): Deletion {
  return metadata.deletionTimestamp === undefined
    ? decideFirst(metadata, rules)
    : decideAgain(metadata, metadata.deletionTimestamp, rules);
}

function decideFirst(metadata: ObjectMeta, rules: DeletionRules): Deletion {
  const finalizers = finalizersAfter(metadata.finalizers ?? [], rules);
  const period = gracePeriod(rules);
  if (period === 0 && finalizers.length === 0) return { kind: 'remove' };
  return {
    kind: 'mark',
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 ? { finalizers } : { finalizers: undefined }),
      // Marking is a change that controllers must notice.
      ...(metadata.generation ? { generation: metadata.generation + 1 } : {}),
      deletionTimestamp: toRfc3339(rules.nowMs + period * 1000),
      deletionGracePeriodSeconds: period,
    },
  };
}

/** A later request can only hasten a deletion. */
function decideAgain(
  metadata: ObjectMeta,
  deletionTimestamp: string,
  rules: DeletionRules,
): Deletion {
  const { deletionGracePeriodSeconds: granted, finalizers = [] } = metadata;
  const { gracePeriodSeconds: asked } = rules;
  if (granted === undefined)
    return finalizers.length > 0 ? { kind: 'pending' } : { kind: 'remove' };
  if (asked === undefined || asked >= granted) return { kind: 'pending' };
  const period = Math.max(0, asked);
  if (period === 0 && finalizers.length === 0) return { kind: 'remove' };
  const deadlineMs = Date.parse(deletionTimestamp) - (granted - period) * 1000;
  return {
    kind: 'mark',
    metadata: {
      ...metadata,
      deletionTimestamp: toRfc3339(deadlineMs),
      deletionGracePeriodSeconds: period,
    },
  };
}

function gracePeriod({ gracePeriodSeconds, defaultGracePeriodSeconds }: DeletionRules): number {
  if (!defaultGracePeriodSeconds) return 0;
  const period = gracePeriodSeconds ?? defaultGracePeriodSeconds;
  // Negative periods are what old clients said for "at once"; the kubelet still gets its second.
  return period < 0 ? 1 : period;
}

/** The finalizers with those of the garbage collector added or taken out as the propagation policy says. */
function finalizersAfter(finalizers: readonly string[], rules: DeletionRules): string[] {
  const others = finalizers.filter(
    (name) => name !== FINALIZER_ORPHAN && name !== FINALIZER_FOREGROUND,
  );
  switch (rules.propagationPolicy ?? policyOf(finalizers) ?? rules.defaultPolicy) {
    case 'Orphan':
      return [...others, FINALIZER_ORPHAN];
    case 'Foreground':
      return [...others, FINALIZER_FOREGROUND];
    case 'Background':
      return others;
  }
}

function policyOf(finalizers: readonly string[]): PropagationPolicy | undefined {
  if (finalizers.includes(FINALIZER_ORPHAN)) return 'Orphan';
  return finalizers.includes(FINALIZER_FOREGROUND) ? 'Foreground' : undefined;
}
