import { isApiError } from '../../scheme/errors.ts';
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

/** Whose is the token? */
export async function reviewToken({ object, authenticator }: ReviewRequest): Promise<ApiObject> {
  const { token } = (object as TokenReview).spec;
  try {
    const user = await authenticator.authenticate({ bearerToken: token });
    return { ...object, status: { authenticated: true, user: toStatus(user) } } as ApiObject;
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
