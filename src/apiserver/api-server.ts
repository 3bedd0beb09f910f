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
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { serviceUnavailable } from '../scheme/errors.ts';
import type { ApiObject, ObjectList, WatchEvent } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { Scheme } from '../scheme/scheme.ts';
import { type Table, type TableOptions, toTable } from '../scheme/table.ts';
import type { ObjectStore } from '../store/store.ts';
import type { AdmissionPlugin } from './admission/plugin.ts';
import { createAdmissionPlugins } from './admission/plugin-table.ts';
import {
  type Authenticator,
  type Credentials,
  createUnionAuthenticator,
} from './authentication/authenticator.ts';
import { APISERVER_USER } from './authentication/identities.ts';
import { type Authorizer, privilegedAuthorizer } from './authorization/authorizer.ts';
import { bootstrapCluster } from './bootstrap.ts';
import type {
  ApplyOptions,
  ApplyResult,
  DeleteOptions,
  DeleteResult,
  ListOptions,
  Patch,
  Target,
  TransactionWrite,
  UpdateOptions,
  UserInfo,
  WatchHandle,
  WatchOptions,
  WatchSink,
  WriteOptions,
} from './client.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import { InFlightLimiter } from './in-flight-limiter.ts';
import { applyObject } from './registry/apply.ts';
import { createObject } from './registry/create.ts';
import { deleteObject } from './registry/delete.ts';
import { deleteCollection } from './registry/delete-collection.ts';
import { type GetRequest, getObject } from './registry/get.ts';
import { readHistory } from './registry/history.ts';
import { listObjects } from './registry/list.ts';
import type { RequestedPlace } from './registry/object-metadata.ts';
import { patchObject } from './registry/patch.ts';
import { Registry } from './registry/registry.ts';
import { ServedResources } from './registry/served-resources.ts';
import { commitTransaction } from './registry/transaction.ts';
import { updateObject } from './registry/update.ts';
import { watchObjects } from './registry/watch.ts';
import type { RequestContext } from './request-context.ts';
import { parseCidr } from './services/address-range.ts';
import { createServiceCompanions, type ServiceRanges } from './services/service-companions.ts';
import { createSubresource } from './subresources/create-subresource.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly scheme: Scheme;
  /** Who may come in. @default nobody: the in-process client alone */
  readonly authenticators?: readonly Authenticator[];
  /** @default administrators and the control plane's own parts */
  readonly authorizer?: Authorizer;
  /** @default those of every cluster */
  readonly admissionPlugins?: readonly AdmissionPlugin[];
  /** Where ClusterIPs come from. @default '10.96.0.0/12' */
  readonly serviceCidr?: string;
  /** Both ends included. @default 30000 to 32767 */
  readonly nodePorts?: ServiceRanges['nodePorts'];
  /** Where clients reach the API: the target of the `kubernetes` Service. @default 4000 */
  readonly apiPort?: number;
  /** Requests under way at once, past which doors refuse with TooManyRequests. @default 2_000 */
  readonly maxRequestsInFlight?: number;
  /** How long a request may wait for state or lose races, in milliseconds. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** How long a read waits for a version that this process has not seen yet, in milliseconds. @default 3_000 */
  readonly minimumVersionTimeoutMs?: number;
  /** How far apart the bookmarks of a watch are at least, in milliseconds. @default 10_000 */
  readonly bookmarkIntervalMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
}

const DEFAULT_SERVICE_CIDR = '10.96.0.0/12';
const DEFAULT_NODE_PORTS = { first: 30_000, last: 32_767 };

export class ApiServer {
  readonly scheme: Scheme;
  readonly #registry: Registry;
  readonly #customResources: CustomResources;
  readonly #limiter: InFlightLimiter;
  readonly #options: ApiServerOptions;
  readonly #ranges: ServiceRanges;
  #isServing = false;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.scheme = options.scheme;
    this.#ranges = {
      clusterIPs: parseCidr(options.serviceCidr ?? DEFAULT_SERVICE_CIDR),
      nodePorts: options.nodePorts ?? DEFAULT_NODE_PORTS,
    };
    this.#registry = createRegistry(options, this.#ranges);
    this.#customResources = new CustomResources(this.#registry);
    this.#limiter = new InFlightLimiter(options.maxRequestsInFlight ?? 2_000);
  }

  /** Serves, and makes sure of what every cluster has. The store must have been started. */
  async start(): Promise<void> {
    await this.#customResources.start();
    this.#isServing = true;
    const ctx: RequestContext = { user: APISERVER_USER, exemptFromLimits: true };
    const api = {
      get: (ref: ResourceRef, target: Target) => this.get(ctx, ref, target),
      create: (ref: ResourceRef, object: object) => this.create(ctx, ref, object),
    };
    await bootstrapCluster(api, {
      ranges: this.#ranges,
      serviceCidr: this.#options.serviceCidr ?? DEFAULT_SERVICE_CIDR,
      apiPort: this.#options.apiPort ?? 4000,
    });
  }

  /** Refuses what comes from now on. Stop the store to end what is under way. */
  stop(): void {
    this.#isServing = false;
    this.#customResources.stop();
  }

  /** Who sends these credentials. @throws {ApiError} Unauthorized */
  authenticate(credentials: Credentials): Promise<UserInfo> {
    return this.#registry.authenticator.authenticate(credentials);
  }

  get(ctx: RequestContext, ref: ResourceRef, request: GetRequest): Promise<ApiObject> {
    return this.#serve(ctx, () => getObject(this.#registry, ctx, ref, request));
  }

  list(ctx: RequestContext, ref: ResourceRef, options: ListOptions = {}): Promise<ObjectList> {
    return this.#serve(ctx, () => listObjects(this.#registry, ctx, ref, options));
  }

  /** Opens a watch. It counts as under way while it opens, not while it is open. */
  watch(
    ctx: RequestContext,
    ref: ResourceRef,
    options: WatchOptions,
    sink: WatchSink,
  ): Promise<WatchHandle> {
    return this.#serve(ctx, () => watchObjects(this.#registry, ctx, ref, options, sink));
  }

  history(
    ctx: RequestContext,
    ref: ResourceRef,
    options: Target & { readonly limit?: number },
  ): Promise<readonly WatchEvent[]> {
    return this.#serve(ctx, () => readHistory(this.#registry, ctx, ref, options));
  }

  create(
    ctx: RequestContext,
    ref: ResourceRef,
    object: object,
    options: WriteOptions & RequestedPlace = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, () => createObject(this.#registry, ctx, ref, object, options));
  }

  update(
    ctx: RequestContext,
    ref: ResourceRef,
    object: ApiObject,
    options: UpdateOptions & RequestedPlace = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, () => updateObject(this.#registry, ctx, ref, object, options));
  }

  patch(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target,
    patch: Patch,
    options: UpdateOptions = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, () => patchObject(this.#registry, ctx, ref, target, patch, options));
  }

  apply(
    ctx: RequestContext,
    ref: ResourceRef,
    manifest: ApiObject,
    options: ApplyOptions & RequestedPlace = {},
  ): Promise<ApplyResult<ApiObject>> {
    return this.#serve(ctx, () => applyObject(this.#registry, ctx, ref, manifest, options));
  }

  delete(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target,
    options: DeleteOptions = {},
  ): Promise<DeleteResult<ApiObject>> {
    return this.#serve(ctx, () => deleteObject(this.#registry, ctx, ref, target, options));
  }

  deleteCollection(
    ctx: RequestContext,
    ref: ResourceRef,
    selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
    options: DeleteOptions = {},
  ): Promise<number> {
    return this.#serve(ctx, () => deleteCollection(this.#registry, ctx, ref, selection, options));
  }

  transaction(
    ctx: RequestContext,
    writes: readonly TransactionWrite[],
    options: WriteOptions = {},
  ): Promise<readonly ApiObject[]> {
    return this.#serve(ctx, () => commitTransaction(this.#registry, ctx, writes, options));
  }

  createSubresource(
    ctx: RequestContext,
    ref: ResourceRef,
    target: Target & { readonly subresource: string },
    body: object,
    options: WriteOptions = {},
  ): Promise<ApiObject> {
    return this.#serve(ctx, () =>
      createSubresource(this.#registry, ctx, ref, target, body, options),
    );
  }

  /** The cells that `kubectl get` would show of objects of one resource, by its printer columns. */
  table(
    ref: ResourceRef,
    objects: readonly ApiObject[],
    options: Omit<TableOptions, 'now'> = {},
  ): Table {
    const { strategy } = this.#registry.resources.resolve(ref);
    return toTable(strategy.printerColumns, objects, {
      ...options,
      now: this.#registry.clock.now(),
    });
  }

  async #serve<T>(ctx: RequestContext, handle: () => Promise<T>): Promise<T> {
    if (!this.#isServing) {
      throw serviceUnavailable('the API server is not serving: it is starting or has been stopped');
    }
    // The control plane's own parts take no places: their bursts must not shut the door to everybody else.
    if (ctx.exemptFromLimits) return handle();
    this.#limiter.enter();
    try {
      return await handle();
    } finally {
      this.#limiter.leave();
    }
  }
}

function createRegistry(options: ApiServerOptions, ranges: ServiceRanges): Registry {
  const { store, scheme } = options;
  return new Registry({
    store,
    resources: new ServedResources({
      scheme,
      store,
      plugins: options.admissionPlugins ?? createAdmissionPlugins(),
      companions: new Map([['services', createServiceCompanions(ranges)]]),
    }),
    authorizer: options.authorizer ?? privilegedAuthorizer,
    authenticator: createUnionAuthenticator(options.authenticators ?? []),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    logger: options.logger ?? silentLogger,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    minimumVersionTimeoutMs: options.minimumVersionTimeoutMs ?? 3_000,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 10_000,
  });
}
