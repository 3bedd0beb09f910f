import { toRfc3339 } from '../../lib/clock.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { observedBy, setCondition } from '../../scheme/conditions.ts';
import { badRequest, conflict } from '../../scheme/errors.ts';
import { invalidObject, notSupported, required } from '../../scheme/field-error.ts';
import type { Binding, Pod, PodSpec } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type AdmissionOutcome, runAdmission } from '../admission/admission.ts';
import type { Target } from '../client.ts';
import { assertPreconditions } from '../registry/object-metadata.ts';
import type { Plan } from '../registry/plan.ts';
import { planStoring } from '../registry/storing.ts';
import { currentOf } from '../registry/update.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { admitAction } from './admit-action.ts';

const CONDITION_POD_SCHEDULED = 'PodScheduled';

/** `pods/binding`: puts a Pod on a node, once and for all. */
export function planBinding(
  scope: WriteScope,
  target: Target,
  body: ApiObject,
): MaybePromise<Plan> {
  const admission = admitAction(scope, target, { subresource: 'binding', kind: 'Binding', body });
  return andThen(runAdmission(admission), (admitted) =>
    planBound(scope, target, admission.object as Binding, admitted),
  );
}

function planBound(
  scope: WriteScope,
  target: Target,
  binding: Binding,
  admitted: AdmissionOutcome,
): Plan {
  const nodeName = nodeNameOf(binding, target);
  const pod = currentOf(scope, target) as Pod;
  assertPreconditions(scope.resource.nameOf(target.name, target.namespace ?? ''), pod, {
    uid: binding.metadata?.uid,
    resourceVersion: binding.metadata?.resourceVersion,
  });
  assertUnbound(pod, target);
  const { annotations, labels } = binding.metadata ?? {};
  const metadata = { ...pod.metadata };
  if (annotations) metadata.annotations = { ...metadata.annotations, ...annotations };
  if (labels) metadata.labels = { ...metadata.labels, ...labels };
  // It has its node: where room was being made for it is of no interest any more.
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  const next: Pod = {
    ...pod,
    metadata,
    spec: { ...(pod.spec as PodSpec), nodeName },
    status: { ...status, conditions: scheduledConditions(pod, scope.registry.clock.now()) },
  };
  return planStoring(scope, { next: next as ApiObject, current: pod, admitted });
}

function nodeNameOf({ metadata, target }: Binding, { name }: Target): string {
  if (metadata?.name && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the request (${name})`,
    );
  }
  const errors = [];
  if (!target?.name) errors.push(required('target.name'));
  if (target?.kind && target.kind !== 'Node') {
    errors.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
  }
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Binding', name }, errors);
  return target.name as string;
}

function assertUnbound({ metadata, spec }: Pod, { name }: Target): void {
  const refuse = (why: string): never => {
    throw conflict({ group: '', resource: 'pods/binding', name }, why);
  };
  if (metadata.deletionTimestamp) {
    refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (spec?.nodeName) refuse(`pod ${name} is already assigned to node "${spec.nodeName}"`);
  if (spec?.schedulingGates?.length) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
}

type PodConditions = NonNullable<NonNullable<Pod['status']>['conditions']>;

function scheduledConditions(pod: Pod, nowMs: number): PodConditions {
  return [
    ...setCondition(pod.status?.conditions, {
      type: CONDITION_POD_SCHEDULED,
      status: 'True',
      lastTransitionTime: toRfc3339(nowMs),
      ...observedBy(pod),
    }),
  ] as PodConditions;
}
