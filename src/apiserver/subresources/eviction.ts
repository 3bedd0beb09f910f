import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { withDisruptionTarget } from '../../scheme/disruption-target.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Eviction } from '../../scheme/generated/types/policy-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceCache } from '../../store/store.ts';
import { type AdmissionOutcome, runAdmission } from '../admission/admission.ts';
import type { DeleteOptions, Target } from '../client.ts';
import { assertDeleteOptions, planDeletion } from '../registry/delete.ts';
import { assertPreconditions } from '../registry/object-metadata.ts';
import type { Plan } from '../registry/plan.ts';
import { currentOf } from '../registry/update.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { admitAction } from './admit-action.ts';
import { chargeBudget, DISRUPTION_BUDGETS } from './disruption-budget.ts';

const DISRUPTION = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };

/**
 * `pods/eviction`: deletes a Pod on behalf of whoever needs its node, as far as its disruption budget allows, and says so in
 * its conditions.
 */
export function planEviction(
  scope: WriteScope,
  target: Target,
  body: ApiObject,
): MaybePromise<Plan> {
  const admission = admitAction(scope, target, { subresource: 'eviction', kind: 'Eviction', body });
  return andThen(runAdmission(admission), (admitted) =>
    andThen(scope.registry.openCache(DISRUPTION_BUDGETS), (budgets) =>
      planEvicted(scope, target, { eviction: admission.object as Eviction, admitted, budgets }),
    ),
  );
}

interface AdmittedEviction {
  readonly eviction: Eviction;
  readonly admitted: AdmissionOutcome;
  readonly budgets: ResourceCache;
}

function planEvicted(
  scope: WriteScope,
  target: Target,
  { eviction, admitted, budgets }: AdmittedEviction,
): Plan {
  const options = deleteOptionsOf(eviction, target);
  const current = currentOf(scope, target);
  const name = scope.resource.nameOf(target.name, target.namespace ?? '');
  assertPreconditions(name, current, options.preconditions ?? {});
  const nowMs = scope.registry.clock.now();
  const charge = chargeBudget(budgets, current as Pod, nowMs);
  const plan = planDeletion(scope, current, options, admitted);
  const [write, ...others] = plan.writes;
  if (!write) return plan;
  const object = withDisruptionTarget(write.object as Pod, DISRUPTION, nowMs);
  const sideWrites = [...(plan.sideWrites ?? []), ...(charge ? [charge] : [])];
  return { ...plan, object, writes: [{ ...write, object } as typeof write, ...others], sideWrites };
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
