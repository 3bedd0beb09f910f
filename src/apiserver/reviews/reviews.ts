/** Resources that can only be created, and are never stored: questions, which the create answers in the status. */
import { methodNotAllowed } from '../../scheme/errors.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import {
  reviewAccess,
  reviewLocalAccess,
  reviewOwnAccess,
  reviewOwnRules,
} from './access-reviews.ts';
import { reviewOwnIdentity, reviewToken } from './identity-reviews.ts';
import type { Review } from './review.ts';

const REVIEWS: ReadonlyMap<string, Review> = new Map([
  ['localsubjectaccessreviews.authorization.k8s.io', reviewLocalAccess],
  ['selfsubjectaccessreviews.authorization.k8s.io', reviewOwnAccess],
  ['selfsubjectreviews.authentication.k8s.io', reviewOwnIdentity],
  ['selfsubjectrulesreviews.authorization.k8s.io', reviewOwnRules],
  ['subjectaccessreviews.authorization.k8s.io', reviewAccess],
  ['tokenreviews.authentication.k8s.io', reviewToken],
]);

/** How a create of this resource is answered; undefined for resources that are stored. */
export function reviewOf({ definition }: ServedResource): Review | undefined {
  if (definition.verbs.includes('get')) return undefined;
  const review = REVIEWS.get(qualifiedName(definition));
  if (review) return review;
  throw methodNotAllowed(`creating ${qualifiedName(definition)} is not served yet`);
}
