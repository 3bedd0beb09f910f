import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import { CONDITION_ACCEPTED } from '../../scheme/groups/simulation/accepted.ts';
import type { SimulationStatus } from '../../scheme/groups/simulation/types.ts';
import type { ApiObject } from '../../scheme/object.ts';

const REASON_ACCEPTED = 'InEffect';
const REASON_REFUSED = 'CannotBe';
const IN_EFFECT = 'it is in effect';

type Simulated = ApiObject & { readonly status?: SimulationStatus };

/** Whether the object is in effect, as its status says it. @param problem why it is not */
export function acceptedStatus(
  { metadata, status }: Simulated,
  problem: string | undefined,
  nowMs: number,
): SimulationStatus {
  const { generation } = metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const condition = {
    type: CONDITION_ACCEPTED,
    status: problem === undefined ? 'True' : 'False',
    reason: problem === undefined ? REASON_ACCEPTED : REASON_REFUSED,
    message: problem ?? IN_EFFECT,
    lastTransitionTime: toRfc3339(nowMs),
    ...observed,
  };
  return { ...observed, conditions: [...setCondition(status?.conditions, condition)] };
}
