/** What makes an access review a question that can be answered. */
import { type FieldError, invalid, invalidObject } from '../../scheme/field-error.ts';
import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
  ResourceAttributes,
} from '../../scheme/generated/types/authorization-v1.ts';
import { type ApiObject, parseApiVersion } from '../../scheme/object.ts';
import { validateFieldSelectorAttributes } from './field-selector-attributes.ts';

export interface AccessQuestion {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

/** @param missing `subject` when nobody is named @throws {ApiError} Invalid with every cause */
export function assertAnswerable(
  object: ApiObject,
  { nonResourceAttributes, resourceAttributes }: AccessQuestion,
  missing: readonly 'subject'[],
): void {
  const errors: FieldError[] = [];
  if (resourceAttributes && nonResourceAttributes) {
    errors.push(
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      ),
    );
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    errors.push(
      invalid(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    );
  }
  if (missing.includes('subject')) {
    errors.push(invalid('spec.user', '', 'at least one of user or group must be specified'));
  }
  errors.push(...validateFieldSelectorAttributes(resourceAttributes?.fieldSelector));
  throwIfAny(object, errors);
}

/** A LocalSubjectAccessReview asks about its own namespace. @throws {ApiError} Invalid */
export function assertLocal(review: LocalSubjectAccessReview): void {
  const { nonResourceAttributes, resourceAttributes } = review.spec;
  const errors: FieldError[] = [];
  if (nonResourceAttributes) {
    errors.push(
      invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'disallowed on this kind of request',
      ),
    );
  }
  const { namespace = '' } = resourceAttributes ?? {};
  if (resourceAttributes && namespace !== review.metadata.namespace) {
    errors.push(
      invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'),
    );
  }
  throwIfAny(review as unknown as ApiObject, errors);
}

function throwIfAny({ apiVersion, kind }: ApiObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw invalidObject({ group: parseApiVersion(apiVersion).group, kind, name: '' }, errors);
}
