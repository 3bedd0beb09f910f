import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { badRequest } from '../../scheme/errors.ts';
import { type FieldError, invalid, invalidObject, required } from '../../scheme/field-error.ts';
import type { DeploymentRollback } from '../../scheme/generated/types/extensions-v1beta1.ts';
import { ANNOTATION_ROLLBACK_TO } from '../../scheme/groups/apps/deployment-revisions.ts';
import { validateAnnotations } from '../../scheme/metadata-validation.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { runAdmission } from '../admission/admission.ts';
import type { Target } from '../client.ts';
import { trackUpdate } from '../registry/field-managers.ts';
import { planChange } from '../registry/main-update.ts';
import type { Plan } from '../registry/plan.ts';
import { currentOf } from '../registry/update.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { admitAction } from './admit-action.ts';

/** `deployments/rollback` of old versions: has the controller go back to a revision, which is kept as `spec.rollbackTo` is. */
export function planRollbackRequest(
  scope: WriteScope,
  target: Target,
  body: ApiObject,
): MaybePromise<Plan> {
  const kind = 'DeploymentRollback';
  const admission = admitAction(scope, target, { subresource: 'rollback', kind, body });
  return andThen(runAdmission(admission), (admitted) => {
    const { rollbackTo, updatedAnnotations } = judged(admission.object, target);
    const current = currentOf(scope, target);
    const annotations = {
      ...current.metadata.annotations,
      ...updatedAnnotations,
      [ANNOTATION_ROLLBACK_TO]: String(rollbackTo?.revision ?? 0),
    };
    const next = { ...current, metadata: { ...current.metadata, annotations } };
    trackUpdate(scope, { current, next });
    return planChange(scope, { next, current, admitted });
  });
}

/** @throws {ApiError} BadRequest, Invalid */
function judged(object: ApiObject, { name }: Target): DeploymentRollback {
  const rollback = object as unknown as DeploymentRollback;
  if (rollback.name && rollback.name !== name) {
    throw badRequest('name in URL does not match name in DeploymentRollback object');
  }
  const errors: FieldError[] = [];
  checkAnnotations(rollback.updatedAnnotations ?? {}, errors);
  if (!rollback.name) errors.push(required('name', 'name is required'));
  const { revision = 0 } = rollback.rollbackTo ?? {};
  if (!Number.isSafeInteger(revision) || revision < 0) {
    errors.push(invalid('rollback.version', revision, 'must be greater than or equal to 0'));
  }
  if (errors.length === 0) return rollback;
  throw invalidObject({ group: 'extensions', kind: 'DeploymentRollback', name }, errors);
}

/** Bodies of actions come as they were sent: nobody has looked at their types. */
function checkAnnotations(annotations: object, errors: FieldError[]): void {
  const path = 'updatedAnnotations';
  const wrong = Object.values(annotations).find((value) => typeof value !== 'string');
  if (wrong === undefined) validateAnnotations({ ...annotations }, path, errors);
  else errors.push(invalid(path, wrong, 'must be a string'));
}
