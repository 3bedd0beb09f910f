import type { ApiObject } from '../../scheme/object.ts';
import type { RequestAuthenticator } from '../authentication/authenticator.ts';
import type { PolicyAuthorizer } from '../authorization/policy-authorizer.ts';
import type { UserInfo } from '../client.ts';

export interface ReviewRequest {
  /** The question, decoded. */
  readonly object: ApiObject;
  /** Who asks. */
  readonly user: UserInfo;
  readonly authorizer: PolicyAuthorizer;
  readonly authenticator: RequestAuthenticator;
}

export type Review = (request: ReviewRequest) => Promise<ApiObject>;
