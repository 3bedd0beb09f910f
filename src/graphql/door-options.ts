import type { Credentials, RequestIdentity } from '../apiserver/authentication/authenticator.ts';
import type { ApiClient, UserInfo } from '../apiserver/client.ts';
import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { ServerVersion } from './generic/server-version.ts';
import type { QueryLimits } from './limits/query-limits.ts';

/** Where the door is, for queries, mutations and subscriptions of every transport. */
export const GRAPHQL_PATH = '/graphql';

export interface GraphqlDoorOptions {
  readonly scheme: Scheme;
  readonly version: ServerVersion;
  /** Who sends these credentials. Rejects with an ApiError Unauthorized when nobody known does. */
  readonly authenticate: (credentials: Credentials) => Promise<RequestIdentity>;
  /** Waits until it is this user's turn to be read and answered. @throws {ApiError} TooManyRequests */
  readonly takeTurn: (user: UserInfo, path: string) => MaybePromise<Seat>;
  /** The API as this user. Called once a request or connection. */
  readonly clientFor: (identity: RequestIdentity) => ApiClient;
  readonly logger: Logger;
  readonly clock: Clock;
  /** @default {@link DEFAULT_QUERY_LIMITS} */
  readonly limits?: Partial<QueryLimits>;
  /** Whether the schema can be asked for. @default true */
  readonly introspection?: boolean;
  /** Whether `/` is the playground. @default true */
  readonly playground?: boolean;
}
