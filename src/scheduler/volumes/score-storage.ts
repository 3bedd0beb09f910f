import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { quantityValue } from '../../scheme/quantity.ts';
import { storageClassOf } from '../../scheme/storage/annotations.ts';
import { capacityOf, requestedStorage } from '../../scheme/storage/volume-matching.ts';
import type { ResourceScore } from '../resources/scoring-strategy.ts';
import type { VolumePlan } from './pod-volumes.ts';
import type { VolumeState } from './volume-state.ts';

/** What is asked for of a storage class, and what there is, in bytes. */
interface Use {
  requested: number;
  capacity: number;
}

/**
 * How well the plan uses storage, from 0 to 100: the mean over the classes. Where volumes are there already these are what
 * counts, and otherwise the space in which new ones are made, as far as their drivers tell of it.
 */
export function scoreStorage(
  plan: VolumePlan,
  node: Node,
  state: VolumeState,
  scoreOf: ResourceScore,
): number {
  const uses = plan.bindings.length > 0 ? boundUses(plan) : newUses(plan, node, state);
  if (uses.size === 0) return 0;
  let sum = 0;
  for (const { requested, capacity } of uses.values()) sum += scoreOf(requested, capacity);
  return Math.round(sum / uses.size);
}

function boundUses({ bindings }: VolumePlan): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  for (const { claim, volume } of bindings) {
    const use = useOf(uses, storageClassOf(volume));
    use.requested += quantityValue(requestedStorage(claim));
    use.capacity += quantityValue(capacityOf(volume));
  }
  return uses;
}

function newUses(
  { provisioned }: VolumePlan,
  node: Node,
  state: VolumeState,
): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  for (const claim of provisioned) {
    const className = storageClassOf(claim);
    const requested = quantityValue(requestedStorage(claim));
    const capacity = state.spaceFor(className, requested, node);
    if (capacity === undefined) continue;
    const use = useOf(uses, className);
    use.requested += requested;
    use.capacity += capacity;
  }
  return uses;
}

function useOf(uses: Map<string, Use>, className: string): Use {
  const use = uses.get(className) ?? { requested: 0, capacity: 0 };
  uses.set(className, use);
  return use;
}
