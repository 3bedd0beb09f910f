/** A mark on a Node that repels Pods. */
export interface TaintLike {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

/** A Pod's leave to ignore a taint. */
export interface TolerationLike {
  readonly key?: string | undefined;
  /** `Equal` (the default) or `Exists`. */
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
  /** Seconds that a NoExecute taint is tolerated; absent for ever. */
  readonly tolerationSeconds?: number | undefined;
}

export const TAINT_NO_SCHEDULE = 'NoSchedule';
export const TAINT_PREFER_NO_SCHEDULE = 'PreferNoSchedule';
export const TAINT_NO_EXECUTE = 'NoExecute';

/** Whether `toleration` covers `taint`. An empty key with `Exists` covers every key, an empty effect every effect. */
export function tolerates(toleration: TolerationLike, taint: TaintLike): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return (toleration.value ?? '') === (taint.value ?? '');
}

/** The first of `taints` with one of `effects` that no toleration covers, if any. */
export function findUntolerated<T extends TaintLike>(
  taints: readonly T[] | undefined,
  tolerations: readonly TolerationLike[] | undefined,
  effects: readonly string[],
): T | undefined {
  return taints?.find((taint) => {
    if (!effects.includes(taint.effect)) return false;
    return !tolerations?.some((toleration) => tolerates(toleration, taint));
  });
}

/** `key=value:Effect`, or `key:Effect` for a taint without a value. */
export function formatTaint({ key, value, effect }: TaintLike): string {
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`;
}
