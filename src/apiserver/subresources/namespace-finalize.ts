import { deepEqual } from '../../lib/deep-equal.ts';
import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { Namespace } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { createAdmission } from '../admission/admission.ts';
import { decodeInput } from '../registry/decode-input.ts';
import { trackUpdate } from '../registry/field-managers.ts';
import type { Plan } from '../registry/plan.ts';
import { planStoring, unchanged } from '../registry/storing.ts';
import { assertValidUpdate, preliminaryErrors } from '../registry/validation.ts';
import type { WriteScope } from '../registry/write-scope.ts';

/** `namespaces/finalize`: the finalizers of the spec, which nothing else may change. Without the last a namespace goes. */
export function planFinalize(
  scope: WriteScope,
  current: ApiObject,
  input: ApiObject,
): MaybePromise<Plan> {
  const { spec } = decodeInput(scope, input) as Namespace;
  const finalizers = spec?.finalizers ?? [];
  if (deepEqual(finalizers, (current as Namespace).spec?.finalizers ?? []))
    return unchanged(current);
  const next: Namespace = {
    ...(current as Namespace),
    metadata: { ...current.metadata },
    spec: { ...(current as Namespace).spec, finalizers },
  };
  trackUpdate(scope, { current, next });
  const subject = { operation: 'UPDATE', subresource: 'finalize', object: next, current } as const;
  const admission = createAdmission(scope, subject);
  return andThen(admission.mutate(), () => {
    const { object } = admission;
    assertValidUpdate(scope, object, current, preliminaryErrors(scope, object, current));
    return andThen(admission.validate(), (admitted) =>
      planStoring(scope, { next: object, current, admitted }),
    );
  });
}
