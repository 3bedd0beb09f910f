/** How a ServiceCIDR tells whether addresses are taken from it. Pure. */
import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import type { ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import { CONDITION_READY } from '../../scheme/service-cidrs.ts';

const REASON_TERMINATING = 'Terminating';

const READY = {
  type: CONDITION_READY,
  status: 'True',
  reason: '',
  message: 'Kubernetes Service CIDR is ready',
} as const;
const HELD_UP = {
  type: CONDITION_READY,
  status: 'False',
  reason: REASON_TERMINATING,
  message:
    'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
} as const;

/** The ServiceCIDR with the condition of its state. */
export function withReadiness(
  serviceCidr: ServiceCIDR,
  state: 'ready' | 'held up',
  nowMs: number,
): ServiceCIDR {
  const condition = state === 'ready' ? READY : HELD_UP;
  const lastTransitionTime = toRfc3339(nowMs);
  const conditions = setCondition(serviceCidr.status?.conditions ?? [], {
    ...condition,
    lastTransitionTime,
  });
  return { ...serviceCidr, status: { ...serviceCidr.status, conditions: [...conditions] } };
}
