import type { FastifyInstance } from 'fastify';
import type { Credentials, RequestIdentity } from '../apiserver/authentication/authenticator.ts';
import type { ApiClient, UserInfo } from '../apiserver/client.ts';
import type { Seat } from '../apiserver/fairness/fair-queues.ts';
import type { Upgrades } from '../http/upgrades.ts';
import type { Logger } from '../lib/logger.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import type { ViewContext, ViewFactory } from './content/view.ts';
import type { KubernetesVersion } from './discovery/kubernetes-version.ts';

/** What goes with one request beside who sends it. */
export interface RequestExtras {
  /** Takes the advice of the pipeline, for `Warning` headers. */
  readonly onWarning: (warning: string) => void;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface RestDoorOptions extends ViewContext {
  /** Who sends these credentials. Rejects with an ApiError Unauthorized when nobody known does. */
  readonly authenticate: (credentials: Credentials) => Promise<RequestIdentity>;
  /** Waits until a request of this user may be read. @throws {ApiError} TooManyRequests */
  readonly takeTurn: (user: UserInfo, path: string) => MaybePromise<Seat>;
  /** The API as this user. Called once a request. */
  readonly clientFor: (identity: RequestIdentity, extras: RequestExtras) => ApiClient;
  /** Refuses whoever may not read a path that is no resource. @throws {ApiError} Unauthorized, Forbidden */
  readonly admitToPath: (credentials: Credentials, path: string) => Promise<void>;
  /** The Kubernetes that this server is like. */
  readonly version: KubernetesVersion;
  /** The figures of the server, in Prometheus' text format. */
  readonly readMetrics: () => Promise<string>;
  readonly logger: Logger;
  /** @default {@link DEFAULT_REST_LIMITS} */
  readonly limits?: Partial<RestLimits>;
}

/** How much one request may ask for. */
export interface RestLimits {
  /** Bytes of a request's body. */
  readonly maxBodyBytes: number;
  /** How long a client may take nothing of an answer before its connection is closed, in milliseconds. */
  readonly stalledMs: number;
}

/** 3 MiB is Kubernetes' own limit; one object may have 1.5 MiB. */
export const DEFAULT_REST_LIMITS: RestLimits = {
  maxBodyBytes: 3 * 1024 * 1024,
  stalledMs: 60_000,
};

/** What the parts of the door share. */
export interface RestContext extends RestDoorOptions {
  readonly limits: RestLimits;
  /** What answers can be made of, by the first that takes the `as` of an Accept header. */
  readonly views: readonly ViewFactory[];
}

/**
 * Routes that are no resources: discovery, OpenAPI, version. Whoever asks has been admitted to the path before a handler
 * runs, and what it throws is answered as a Status. Made once a door, and added to each of its servers.
 */
export type RouteModule = (context: RestContext) => (fastify: FastifyInstance) => void;

/** A subresource that is a connection: adds what takes over requests for a WebSocket. */
export type UpgradeModule = (upgrades: Upgrades, context: RestContext) => void;
