import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { FieldError } from '../../scheme/field-error.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  validateEphemeralContainersUpdate,
  validateResize,
  withEphemeralContainersOf,
  withResourcesOf,
} from '../../scheme/groups/core/pod-parts.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { createAdmission } from '../admission/admission.ts';
import { nextOf, planChange } from '../registry/main-update.ts';
import type { Plan } from '../registry/plan.ts';
import { assertValidPart, preliminaryErrors } from '../registry/validation.ts';
import type { WriteScope } from '../registry/write-scope.ts';

/** A part of a Pod that changes through a door of its own. */
interface PodPart {
  readonly subresource: string;
  /** `current` with that part of `wanted`: a copy as deep as what plugins change. */
  take(wanted: Pod, current: Pod): Pod;
  validateUpdate(next: Pod, current: Pod): FieldError[];
}

type PartPlanner = (scope: WriteScope, current: ApiObject, input: ApiObject) => MaybePromise<Plan>;

function createPlanner(part: PodPart): PartPlanner {
  return (scope, current, input) => {
    const wanted = nextOf(scope, current, input) as Pod;
    const object: ApiObject = part.take(wanted, current as Pod);
    const { subresource } = part;
    const admission = createAdmission(scope, { operation: 'UPDATE', subresource, object, current });
    return andThen(admission.mutate(), () => {
      const next = admission.object;
      const errors = preliminaryErrors(scope, next, current);
      errors.push(...part.validateUpdate(next as Pod, current as Pod));
      assertValidPart(scope, next, errors);
      return andThen(admission.validate(), (admitted) =>
        planChange(scope, { next, current, admitted }),
      );
    });
  };
}

/** `pods/ephemeralcontainers`: containers that look into a running Pod. */
export const planEphemeralContainers = createPlanner({
  subresource: 'ephemeralcontainers',
  take: withEphemeralContainersOf,
  validateUpdate: validateEphemeralContainersUpdate,
});

/** `pods/resize`: what a running Pod and its containers take of its node. */
export const planResize = createPlanner({
  subresource: 'resize',
  take: withResourcesOf,
  validateUpdate: validateResize,
});
