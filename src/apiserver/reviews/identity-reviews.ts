import { badRequest, isApiError } from '../../scheme/errors.ts';
import type {
  TokenReview,
  UserInfo as UserInfoStatus,
} from '../../scheme/generated/types/authentication-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { UserInfo } from '../client.ts';
import type { ReviewRequest } from './review.ts';

/** Who is the asker? */
export async function reviewOwnIdentity({ object, user }: ReviewRequest): Promise<ApiObject> {
  return { ...object, status: { userInfo: toStatus(user) } } as ApiObject;
}

/** Whose is the token, and for whom of those that ask? */
export async function reviewToken({ object, authenticator }: ReviewRequest): Promise<ApiObject> {
  const { token, audiences: wanted = [] } = (object as TokenReview).spec;
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  try {
    const { user, audiences = wanted } = await authenticator.authenticate({
      bearerToken: token,
      ...(wanted.length > 0 ? { audiences: wanted } : {}),
    });
    const status = {
      authenticated: true,
      user: toStatus(user),
      ...(audiences.length > 0 ? { audiences: [...audiences] } : {}),
    };
    return { ...object, status } as ApiObject;
  } catch (thrown) {
    if (!isApiError(thrown, 'Unauthorized')) throw thrown;
    return { ...object, status: { authenticated: false } } as ApiObject;
  }
}

function toStatus({ name, uid, groups, extra }: UserInfo): UserInfoStatus {
  return {
    username: name,
    groups: [...groups],
    ...(uid ? { uid } : {}),
    ...(extra ? { extra: extra as Record<string, string[]> } : {}),
  };
}
