import { toRfc3339 } from '../../lib/clock.ts';
import { setCondition } from '../../scheme/conditions.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Eviction } from '../../scheme/generated/types/policy-v1.ts';
import type { DeleteOptions, Target } from '../client.ts';
import { assertDeleteOptions, planDelete } from '../registry/delete.ts';
import type { Plan } from '../registry/plan.ts';
import type { WriteScope } from '../registry/write-scope.ts';

const CONDITION_DISRUPTION_TARGET = 'DisruptionTarget';
const REASON_EVICTION = 'EvictionByEvictionAPI';

/** `pods/eviction`: deletes a Pod on behalf of whoever needs its node, and says so in its conditions. */
export function planEviction(scope: WriteScope, target: Target, body: object): Plan {
  const options = deleteOptionsOf(body as Eviction, target);
  const plan = planDelete(scope, target, options);
  const [write, ...others] = plan.writes;
  if (!write) return plan;
  const object = withDisruption(write.object as Pod, scope.registry.clock.now());
  return { ...plan, object, writes: [{ ...write, object } as typeof write, ...others] };
}

function deleteOptionsOf({ metadata, deleteOptions }: Eviction, { name }: Target): DeleteOptions {
  if (metadata?.name && metadata.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const { gracePeriodSeconds, propagationPolicy, preconditions } = deleteOptions ?? {};
  const options: DeleteOptions = {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy
      ? { propagationPolicy: propagationPolicy as NonNullable<DeleteOptions['propagationPolicy']> }
      : {}),
    ...(preconditions ? { preconditions } : {}),
  };
  assertDeleteOptions(options);
  return options;
}

function withDisruption(pod: Pod, nowMs: number): Pod {
  const conditions = setCondition(pod.status?.conditions, {
    type: CONDITION_DISRUPTION_TARGET,
    status: 'True',
    reason: REASON_EVICTION,
    message: 'Eviction API: evicting',
    lastTransitionTime: toRfc3339(nowMs),
  });
  return { ...pod, status: { ...pod.status, conditions: [...conditions] } };
}
