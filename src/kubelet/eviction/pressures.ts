/** What a node says that it runs out of, and whom that does not touch. Pure. */
import { isConditionTrue } from '../../scheme/conditions.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { MIRROR_POD_ANNOTATION } from '../../scheme/groups/core/pod-spec/validate-pod-annotations.ts';
import { PRESSURES, type PressureType } from '../../scheme/groups/simulation/types.ts';

/** From this priority on a Pod is critical. */
export const CRITICAL_PRIORITY = 2_000_000_000;

/** What the node has reported that it runs out of. */
export function pressuresOf({ status }: Node): PressureType[] {
  return PRESSURES.filter((type) => isConditionTrue(status?.conditions, type));
}

/** Whether a kubelet never evicts the Pod: one that it runs of its own accord, or that the cluster cannot be without. */
export function isCritical({ metadata, spec }: Pod): boolean {
  return (
    (spec?.priority ?? 0) >= CRITICAL_PRIORITY ||
    metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined
  );
}
