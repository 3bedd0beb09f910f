/**
 * The API server: the one pipeline that every request goes through, whichever door it comes in by.
 *
 *   authenticate (the doors, with {@link ApiServer.authenticate}) → authorize → decode → default → admit (mutating plugins)
 *   → validate → admit (validating plugins) → store
 *
 * `registry/` has the verbs, one file each; `admission/` the plugins; `subresources/` what hangs below objects; `services/`
 * the addresses of Services. Doors hold no rule of their own: GraphQL, REST and the in-process client call the methods below.
 *
 * Invariant: nothing is stored that did not pass the whole pipeline, and nothing that was refused leaves a trace.
 */
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import type { MaybePromise } from '../lib/maybe-promise.ts';
import { serviceUnavailable } from '../scheme/errors.ts';
import { apiextensionsCustomResourceDefinitions } from '../scheme/generated/resources.ts';
import type { ApiObject, ObjectList, WatchEvent } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type ApiRequest, requestAbout, requestOf } from './api-request.ts';
import type { ApiServerOptions } from './api-server-options.ts';
import { ApiServiceKeeper, apiServiceDefaults } from './api-services.ts';
import { AuditAccess, type AuditAccessParts } from './audit/audit-access.ts';
import type { Credentials, RequestIdentity } from './authentication/authenticator.ts';
import { impersonate } from './authentication/impersonation.ts';
import { LegacyTokenTracker } from './authentication/service-accounts/legacy-token-tracker.ts';
import { Authorization } from './authorization/authorization.ts';
import { assertAuthorized } from './authorization/authorizer.ts';
import { DEFAULT_POLICY } from './authorization/bootstrap-policy/default-objects.ts';
import { bootstrapCluster } from './bootstrap.ts';
import type {
  ApplyOptions,
  ApplyResult,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  ListOptions,
  Patch,
  RequestedPlace,
  Target,
  TransactionWrite,
  UpdateOptions,
  UserInfo,
  WatchHandle,
  WatchOptions,
  WatchSink,
  WriteOptions,
} from './client.ts';
import { TimeAccess, type TimeAccessParts } from './cluster-time/time-access.ts';
import { ContainerAccess, type ContainerAccessParts } from './container-access.ts';
import { createRegistry } from './create-registry.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import { DEFAULT_FLOWS } from './fairness/default-objects.ts';
import { DEFAULT_MAX_REQUESTS_IN_FLIGHT } from './fairness/defaults.ts';
import type { Seat } from './fairness/fair-queues.ts';
import { FlowControl } from './fairness/flow-control.ts';
import { FlowSchemaKeeper } from './fairness/flow-schema-keeper.ts';
import { costOf, type RequestCost } from './fairness/request-cost.ts';
import { ownApi } from './own-api.ts';
import { reconcileDefaults } from './reconcile-defaults.ts';
import { applyObject } from './registry/apply.ts';
import { createObject } from './registry/create.ts';
import { deleteObject } from './registry/delete.ts';
import { deleteCollection } from './registry/delete-collection.ts';
import { getObject } from './registry/get.ts';
import { readHistory } from './registry/history.ts';
import { listObjects } from './registry/list.ts';
import { patchObject } from './registry/patch.ts';
import type { Registry } from './registry/registry.ts';
import { commitTransaction } from './registry/transaction.ts';
import { updateObject } from './registry/update.ts';
import { watchObjects } from './registry/watch.ts';
import type { RequestContext } from './request-context.ts';
import { RequestMetrics } from './request-metrics.ts';
import { SchedulingAccess, type SchedulingAccessParts } from './scheduling/scheduling-access.ts';
import { parseAddressRanges } from './services/address-range.ts';
import type { ServiceRanges } from './services/service-companions.ts';
import { createSubresource } from './subresources/create-subresource.ts';

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
/** A request may wait for its turn for a quarter of the time that it may take. */
const WAITS_PER_TIMEOUT = 4;
const DEFAULT_SERVICE_CIDRS = ['10.96.0.0/12'];
const DEFAULT_NODE_PORTS = { first: 30_000, last: 32_767 };

export class ApiServer {
  readonly scheme: Scheme;
  /** The way to containers. */
  readonly containers: ContainerAccess;
  /** What was decided about Pods, and what would be. */
  readonly scheduling: SchedulingAccess;
  /** The cluster's clock. */
  readonly time: TimeAccess;
  /** Who did what. */
  readonly audit: AuditAccess;
  readonly #registry: Registry;
  readonly #customResources: CustomResources;
  readonly #authorization: Authorization;
  readonly #flows: FlowControl;
  readonly #requestMetrics: RequestMetrics | undefined;
  readonly #flowSchemas: FlowSchemaKeeper;
  readonly #apiServices: ApiServiceKeeper;
  readonly #options: ApiServerOptions;
  readonly #ranges: ServiceRanges;
  readonly #legacyTokens: LegacyTokenTracker;
  #isServing = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.scheme = options.scheme;
    this.#ranges = {
      clusterIPs: parseAddressRanges(options.serviceCidrs ?? DEFAULT_SERVICE_CIDRS),
      nodePorts: options.nodePorts ?? DEFAULT_NODE_PORTS,
    };
    this.#authorization = new Authorization({
      modes: options.authorizationModes ?? ['Node', 'RBAC'],
      store: options.store,
      logger: options.logger ?? silentLogger,
    });
    const { clock = systemClock, logger = silentLogger } = options;
    this.#legacyTokens = new LegacyTokenTracker({ api: ownApi(this), clock, logger });
    this.#registry = createRegistry(options, this.#authorization, this.#ranges, this.#legacyTokens);
    this.#customResources = new CustomResources(this.#registry);
    this.#flowSchemas = new FlowSchemaKeeper(this.#registry);
    this.#apiServices = new ApiServiceKeeper(ownApi(this), this.scheme, options.logger);
    const access: ContainerAccessParts & SchedulingAccessParts = {
      registry: this.#registry,
      options,
      serve: (ctx, request, handle) => this.#serve(ctx, request, handle),
    };
    this.containers = new ContainerAccess(access);
    this.scheduling = new SchedulingAccess(access);
    const turns: TimeAccessParts & AuditAccessParts = {
      options,
      authorizer: this.#registry.authorizer,
      takeTurn: (ctx, cost, handle) => this.#takeTurn(ctx, cost, handle),
    };
    this.time = new TimeAccess(turns);
    this.audit = new AuditAccess(turns);
    const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
    this.#flows = new FlowControl({
      store: options.store,
      clock: options.ioClock ?? systemClock,
      logger: options.logger ?? silentLogger,
      maxRequestsInFlight: options.maxRequestsInFlight ?? DEFAULT_MAX_REQUESTS_IN_FLIGHT,
      maxWaitMs: requestTimeoutMs / WAITS_PER_TIMEOUT,
      metrics: options.metrics,
    });
    this.#requestMetrics = options.metrics && new RequestMetrics(options.metrics);
  }

  /** Serves, and makes sure of what every cluster has. The store must have been started. */
  async start(): Promise<void> {
    await this.#authorization.start();
    await this.#flows.start();
    await this.#customResources.start();
    this.#isServing = true;
    const api = ownApi(this);
    await bootstrapCluster(api, {
      ranges: this.#ranges,
      apiPort: this.#options.apiPort ?? 4000,
    });
    const policy = this.#authorization.usesRoles ? DEFAULT_POLICY : [];
    const defaults = [...policy, ...DEFAULT_FLOWS, apiServiceDefaults(this.scheme)];
    await reconcileDefaults(api, defaults);
    if (this.#options.serviceAccountTokens) await this.#legacyTokens.start();
    this.#apiServices.start();
    await this.#flowSchemas.start();
  }

  /** Grows whenever roles or bindings change: what was worked out with somebody's rights before is not to be given out after. */
  get accessRevision(): number {
    return this.#authorization.revision;
  }

  /** Refuses what comes from now on. Stop the store to end what is under way. */
  stop(): void {
    this.#isServing = false;
    this.#customResources.stop();
    this.#flowSchemas.stop();
    this.#apiServices.stop();
    this.#authorization.stop();
    this.#flows.stop();
  }

  /** Who sends these credentials, and as whom. @throws {ApiError} Unauthorized, Forbidden to act as somebody else */
  async authenticate(credentials: Credentials): Promise<RequestIdentity> {
    const { authenticator, authorizer } = this.#registry;
    const { user } = await authenticator.authenticate(credentials);
    const { impersonation, source } = credentials;
    if (!impersonation) return { user, source };
    const impersonated = await impersonate(authorizer, user, impersonation);
    return { user: impersonated, impersonator: user, source };
  }

  /** For a door's own documents: who may read `path`. @throws {ApiError} Unauthorized, Forbidden */
  async admitToPath(credentials: Credentials, path: string): Promise<void> {
    const { user } = await this.authenticate(credentials);
    await assertAuthorized(this.#registry.authorizer, user, { verb: 'get', path });
  }

  /** For doors, before they read a request: waits until it is its user's turn. @throws {ApiError} TooManyRequests */
  takeTurn(user: UserInfo, path: string): MaybePromise<Seat> {
    return this.#flows.enterDoor(user, path);
  }

  get(ctx: RequestContext, ref: ResourceRef, request: GetOptions): Promise<ApiObject> {
    const { namespace, name, subresource } = request;
    return this.#serve(ctx, { verb: 'get', ref, namespace, name, subresource }, (context) =>
      getObject(this.#registry, context, ref, request),
    );
  }

  list(ctx: RequestContext, ref: ResourceRef, options: ListOptions = {}): Promise<ObjectList> {
    const { namespace } = options;
    return this.#serve(ctx, { verb: 'list', ref, namespace }, (context) =>
      listObjects(this.#registry, context, ref, options),
    );
  }

  /** Opens a watch. It counts as under way while it opens, not while it is open. */
  watch(
    ctx: RequestContext,
    ref: ResourceRef,
    options: WatchOptions,
    sink: WatchSink,
  ): Promise<WatchHandle> {
    const { namespace } = options;
    return this.#serve(ctx, { verb: 'watch', ref, namespace }, (context) =>
      watchObjects(this.#registry, context, ref, options, sink),
    );
  }

  history(
    ctx: RequestContext,
    ref: ResourceRef,
    options: Target & { readonly limit?: number },
  ): Promise<readonly WatchEvent[]> {
    const { namespace, name } = options;
    return this.#serve(ctx, { verb: 'get', ref, namespace, name }, (context) =>
      readHistory(this.#registry, context, ref, options),
    );
  }

  create(
    ctx: RequestContext,
    ref: ResourceRef,
    object: object,
    options: WriteOptions & RequestedPlace = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, requestAbout('create', ref, object, options), (context) =>
      this.#settle([ref], createObject(this.#registry, context, ref, object, options)),
    );
  }

  update(
    ctx: RequestContext,
    ref: ResourceRef,
    object: ApiObject,
    options: UpdateOptions & RequestedPlace = {},
  ): Promise<ApiObject> {
    const { subresource } = options;
    const request = { ...requestAbout('update', ref, object, options), subresource };
    return this.#serve(ctx, request, (context) =>
      this.#settle([ref], updateObject(this.#registry, context, ref, object, options)),
    );
  }

  patch(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target,
    patch: Patch,
    options: UpdateOptions = {},
  ): Promise<ApiObject> {
    const { subresource } = options;
    const request = { verb: 'patch', ref, ...target, subresource, body: patch };
    return this.#serve(ctx, request, (context) =>
      this.#settle([ref], patchObject(this.#registry, context, ref, target, patch, options)),
    );
  }

  apply(
    ctx: RequestContext,
    ref: ResourceRef,
    manifest: ApiObject,
    options: ApplyOptions & RequestedPlace = {},
  ): Promise<ApplyResult<ApiObject>> {
    return this.#serve(ctx, requestAbout('patch', ref, manifest, options), (context) =>
      this.#settle([ref], applyObject(this.#registry, context, ref, manifest, options)),
    );
  }

  delete(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target,
    options: DeleteOptions = {},
  ): Promise<DeleteResult<ApiObject>> {
    return this.#serve(ctx, { verb: 'delete', ref, ...target }, (context) =>
      deleteObject(this.#registry, context, ref, target, options),
    );
  }

  deleteCollection(
    ctx: RequestContext,
    ref: ResourceRef,
    selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
    options: DeleteOptions = {},
  ): Promise<ObjectList> {
    const { namespace } = selection;
    return this.#serve(ctx, { verb: 'deletecollection', ref, namespace }, (context) =>
      deleteCollection(this.#registry, context, ref, selection, options),
    );
  }

  transaction(
    ctx: RequestContext,
    writes: readonly TransactionWrite[],
    options: WriteOptions = {},
  ): Promise<readonly ApiObject[]> {
    return this.#serve(ctx, writes.map(requestOf), (context) =>
      this.#settle(
        writes.map(({ ref }) => ref),
        commitTransaction(this.#registry, context, writes, options),
      ),
    );
  }

  createSubresource(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target & { readonly subresource: string },
    body: object,
    options: WriteOptions = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, { verb: 'create', ref, ...target, body }, (context) =>
      createSubresource(this.#registry, context, ref, target, body, options),
    );
  }

  /** Who writes a definition of custom resources may use it next: the answer waits until it is served. */
  async #settle<T>(refs: readonly ResourceRef[], written: Promise<T>): Promise<T> {
    const result = await written;
    if (refs.some(isDefinitions)) await this.#customResources.settled();
    return result;
  }

  async #serve<T>(
    ctx: RequestContext,
    requests: ApiRequest | readonly ApiRequest[],
    handle: (ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    if (!this.#isServing) {
      throw serviceUnavailable('the API server is not serving: it is starting or has been stopped');
    }
    const { auditor } = this.#options;
    const answer = auditor
      ? auditor.follow(ctx, requests, (context) => this.#handle(context, requests, handle))
      : this.#handle(ctx, requests, handle);
    return this.#requestMetrics ? this.#requestMetrics.follow(requests, answer) : answer;
  }

  #handle<T>(
    ctx: RequestContext,
    requests: ApiRequest | readonly ApiRequest[],
    handle: (ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    // The control plane's own parts take no seats: their bursts must not shut the door to everybody else.
    if (ctx.exemptFromLimits) return handle(ctx);
    const { resources } = this.#registry;
    const cost = costOf(requests, (ref) => resources.resolve(ref).size);
    return this.#takeTurn(ctx, cost, handle);
  }

  /** Does it when its turn has come. @throws {ApiError} TooManyRequests when it does not come in time */
  async #takeTurn<T>(
    ctx: RequestContext,
    cost: RequestCost,
    handle: (ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    const entered = this.#flows.enter({ ...cost, user: ctx.user, signal: ctx.signal });
    const seat = entered instanceof Promise ? await entered : entered;
    try {
      return await handle(ctx);
    } finally {
      seat.leave();
    }
  }
}

function isDefinitions({ group, resource }: ResourceRef): boolean {
  return (
    group === apiextensionsCustomResourceDefinitions.group &&
    resource === apiextensionsCustomResourceDefinitions.resource
  );
}
