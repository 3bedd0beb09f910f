import { badRequest } from '../../scheme/errors.ts';
import type {
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from '../../scheme/generated/types/authorization-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { UserInfo } from '../client.ts';
import type { ReviewRequest } from './review.ts';

/** May the asker? */
export async function reviewOwnAccess(request: ReviewRequest): Promise<ApiObject> {
  const review = request.object as SelfSubjectAccessReview;
  const status = await decide(request.authorizer, request.user, review.spec.resourceAttributes);
  return { ...review, status } as ApiObject;
}

/** May the one that the review names? */
export async function reviewAccess(request: ReviewRequest): Promise<ApiObject> {
  const review = request.object as SubjectAccessReview;
  const { user, groups = [], uid, extra, resourceAttributes } = review.spec;
  if (!user && groups.length === 0) {
    throw badRequest('a SubjectAccessReview needs spec.user, spec.groups, or both');
  }
  const subject: UserInfo = {
    name: user ?? '',
    groups,
    ...(uid ? { uid } : {}),
    ...(extra ? { extra } : {}),
  };
  const status = await decide(request.authorizer, subject, resourceAttributes);
  return { ...review, status } as ApiObject;
}

async function decide(
  authorizer: Authorizer,
  user: UserInfo,
  attributes: ResourceAttributes | undefined,
): Promise<SubjectAccessReviewStatus> {
  const { verb = '*', group = '', resource = '*', subresource, namespace, name } = attributes ?? {};
  const action = { verb, resource: { group, resource }, subresource, namespace, name };
  const decision = await authorizer.authorize(user, action);
  if (decision.allowed) return { allowed: true };
  return { allowed: false, ...(decision.reason ? { reason: decision.reason } : {}) };
}

/** What may the asker, as far as it can be listed: everything, or nothing that is known. */
export async function reviewOwnRules({
  object,
  user,
  authorizer,
}: ReviewRequest): Promise<ApiObject> {
  const everything = { verb: '*', resource: { group: '*', resource: '*' } };
  const { allowed } = await authorizer.authorize(user, everything);
  const status: NonNullable<SelfSubjectRulesReview['status']> = {
    resourceRules: allowed ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [],
    nonResourceRules: allowed ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : [],
    incomplete: !allowed,
  };
  return { ...object, status } as ApiObject;
}
