/** What conditions of all kinds share: Nodes, Pods, Deployments and `metav1.Condition` itself. */
export interface ConditionLike {
  type: string;
  /** `True`, `False` or `Unknown`. */
  status: string;
  reason?: string | undefined;
  message?: string | undefined;
  lastTransitionTime?: string | undefined;
}

export function findCondition<T extends ConditionLike>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition is there and `True`. */
export function isConditionTrue(
  conditions: readonly ConditionLike[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The conditions with `condition` in place of the one of its type, or at the end. Its lastTransitionTime is kept from the
 * old one unless the status changes. The list itself is given back when nothing changes.
 */
export function setCondition<T extends ConditionLike>(
  conditions: readonly T[] | undefined,
  condition: T,
): readonly T[] {
  const current = findCondition(conditions, condition.type);
  if (!conditions || !current) return [...(conditions ?? []), condition];
  const next =
    current.status === condition.status
      ? { ...condition, lastTransitionTime: current.lastTransitionTime }
      : condition;
  if (sameMembers(current, next)) return conditions;
  return conditions.map((one) => (one === current ? next : one));
}

/** The conditions without the one of `type`; the list itself when there is none. */
export function removeCondition<T extends ConditionLike>(
  conditions: readonly T[],
  type: string,
): readonly T[] {
  if (!findCondition(conditions, type)) return conditions;
  return conditions.filter((condition) => condition.type !== type);
}

/** Which version of its object's spec a condition is about. */
export function observedBy({ metadata }: { readonly metadata: { readonly generation?: number } }): {
  readonly observedGeneration?: number;
} {
  const { generation } = metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

function sameMembers<T extends ConditionLike>(a: T, b: T): boolean {
  for (const key in a) if (a[key] !== b[key]) return false;
  for (const key in b) if (a[key] !== b[key]) return false;
  return true;
}
