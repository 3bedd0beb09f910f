import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { decodeObject } from '../../scheme/decode.ts';
import { STATUS_METADATA } from '../../scheme/kind-strategy.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import { createAdmission } from '../admission/admission.ts';
import { isUnchanged, trackUpdate } from './field-managers.ts';
import type { Plan } from './plan.ts';
import { planConverted, unchanged } from './storing.ts';
import { assertValidStatus } from './validation.ts';
import type { WriteScope } from './write-scope.ts';

type WithStatus = ApiObject & { status?: unknown };

/**
 * What an update of `/status` would store: the status of `input`, with the rest of the object as it is. Only what can
 * change is decoded and judged: nodes and Pods report their status more often than anything else happens.
 */
export function planStatusUpdate(
  scope: WriteScope,
  current: ApiObject,
  input: ApiObject,
  subresource = 'status',
): MaybePromise<Plan> {
  const next: WithStatus = { ...current, metadata: nextMetadata(scope, current, input) };
  const status = decodeStatus(scope, input);
  if (status === undefined) delete next.status;
  else next.status = status;
  trackUpdate(scope, { current, next });
  const subject = { operation: 'UPDATE', subresource, object: next, current } as const;
  const admission = createAdmission(scope, subject);
  return andThen(admission.mutate(), () => {
    const { object } = admission;
    scope.resource.strategy.prepareForStatusUpdate?.(object, current, subresource);
    assertValidStatus(scope, object, current);
    return andThen(admission.validate(), (admitted) =>
      isUnchanged(object, current)
        ? unchanged(current)
        : planConverted(scope, { next: object, current, admitted }),
    );
  });
}

/** What the kind lets status writers change is as they say. Usually nothing differs: then the copy is all there is to do. */
function nextMetadata(
  { resource }: WriteScope,
  { metadata: current }: ApiObject,
  { metadata: given }: ApiObject,
): ObjectMeta {
  const next: ObjectMeta = { ...current };
  const { statusMetadata = STATUS_METADATA } = resource.strategy;
  const changed = statusMetadata.filter((key) => given?.[key] && given[key] !== current[key]);
  if (changed.length === 0) return next;
  const metadata = Object.fromEntries(changed.map((key) => [key, given[key]]));
  const part = { metadata };
  const { object } = decodeObject(resource.scheme, resource.definition, part, {
    fieldValidation: 'Ignore',
  });
  return Object.assign(next, Object.fromEntries(changed.map((key) => [key, object.metadata[key]])));
}

/** The new status in the storage version, as a private copy. */
function decodeStatus({ resource, options, warn }: WriteScope, input: ApiObject): unknown {
  const { apiVersion, kind, status } = input as WithStatus;
  const { fieldValidation = 'Strict', problems } = options;
  const part = { apiVersion, kind, status };
  const decoded = decodeObject(resource.scheme, resource.definition, part, {
    fieldValidation,
    problems,
  });
  if (warn) for (const warning of decoded.warnings) warn(warning);
  return (resource.toStorage(decoded.object) as WithStatus).status;
}
