/** May somebody do something? The answer is the authorizer's, the same that a request would get. */
import { badRequest } from '../../scheme/errors.ts';
import type {
  LocalSubjectAccessReview,
  NonResourceRule,
  ResourceRule,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '../../scheme/generated/types/authorization-v1.ts';
import type { PolicyRule } from '../../scheme/generated/types/rbac-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { Action } from '../authorization/authorizer.ts';
import type { PolicyAuthorizer } from '../authorization/policy-authorizer.ts';
import type { UserInfo } from '../client.ts';
import { type AccessQuestion, assertAnswerable, assertLocal } from './access-question.ts';
import { toFieldSelectorText } from './field-selector-attributes.ts';
import type { ReviewRequest } from './review.ts';

/** May the asker? */
export async function reviewOwnAccess({
  authorizer,
  object,
  user,
}: ReviewRequest): Promise<ApiObject> {
  const { spec } = object as SelfSubjectAccessReview;
  assertAnswerable(object, spec, []);
  return { ...object, status: decide(authorizer, user, spec) } as ApiObject;
}

/** May the one that the review names? */
export async function reviewAccess({ authorizer, object }: ReviewRequest): Promise<ApiObject> {
  const { spec } = object as SubjectAccessReview;
  assertAnswerable(object, spec, spec.user || spec.groups?.length ? [] : ['subject']);
  return { ...object, status: decide(authorizer, subjectOf(spec), spec) } as ApiObject;
}

/** As {@link reviewAccess}, for who may ask about one namespace alone. */
export function reviewLocalAccess(request: ReviewRequest): Promise<ApiObject> {
  assertLocal(request.object as LocalSubjectAccessReview);
  return reviewAccess(request);
}

function subjectOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}

function decide(
  authorizer: PolicyAuthorizer,
  user: UserInfo,
  question: AccessQuestion,
): SubjectAccessReviewStatus {
  const { allowed, reason } = authorizer.authorize(user, toAction(question));
  return { allowed, ...(reason ? { reason } : {}) };
}

function toAction({ nonResourceAttributes, resourceAttributes }: AccessQuestion): Action {
  if (nonResourceAttributes) {
    const { path = '', verb = '' } = nonResourceAttributes;
    return { path, verb };
  }
  const {
    fieldSelector,
    group = '',
    name,
    namespace,
    resource = '',
    subresource,
    verb = '',
  } = resourceAttributes ?? {};
  return {
    verb,
    resource: { group, resource },
    subresource,
    namespace,
    name,
    fieldSelector: toFieldSelectorText(fieldSelector),
  };
}

/** What may the asker in a namespace, as far as it can be listed? */
export async function reviewOwnRules({
  authorizer,
  object,
  user,
}: ReviewRequest): Promise<ApiObject> {
  const { namespace } = (object as SelfSubjectRulesReview).spec;
  if (!namespace) throw badRequest('no namespace on request');
  const { errors, rules } = authorizer.rulesFor(user, namespace);
  const status: NonNullable<SelfSubjectRulesReview['status']> = {
    resourceRules: rules.filter(isResourceRule).map(toResourceRule),
    nonResourceRules: rules.filter(isPathRule).map(toPathRule),
    incomplete: errors.length > 0,
    ...(errors.length > 0 ? { evaluationError: errors.join(', ') } : {}),
  };
  return { ...object, status } as ApiObject;
}

const isResourceRule = ({ resources = [] }: PolicyRule): boolean => resources.length > 0;
const isPathRule = ({ nonResourceURLs = [] }: PolicyRule): boolean => nonResourceURLs.length > 0;

function toResourceRule({ apiGroups, resourceNames, resources, verbs }: PolicyRule): ResourceRule {
  return {
    verbs,
    ...(apiGroups ? { apiGroups } : {}),
    ...(resources ? { resources } : {}),
    ...(resourceNames?.length ? { resourceNames } : {}),
  };
}

function toPathRule({ nonResourceURLs, verbs }: PolicyRule): NonResourceRule {
  return { verbs, ...(nonResourceURLs ? { nonResourceURLs } : {}) };
}
