import type { HttpAnswer, HttpRequest } from '../lib/container-streams.ts';
import type { ApiObject, ObjectList, WatchEvent } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { ApiServer } from './api-server.ts';
import type { AuditPage, AuditSelection } from './audit/audit-selection.ts';
import type {
  ApiClient,
  ApplyOptions,
  ApplyResult,
  ConnectVerb,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  ListOptions,
  LogConnection,
  NewObject,
  Patch,
  PortConnection,
  ProcessConnection,
  ProcessRequest,
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
import type { ClockChange } from './cluster-time/clock-state.ts';
import type { ClusterTime } from './cluster-time/timekeeper.ts';
import type { RequestContext, RequestSource } from './request-context.ts';
import type {
  DecisionRequest,
  DecisionsOfPods,
  SimulationRequest,
  ToldSimulation,
} from './scheduling/scheduling-questions.ts';
import type { PodLogOptions } from './subresources/pod-log-options.ts';

export interface ClientOptions {
  readonly user: UserInfo;
  /** Who is known by the credentials, where `user` is whom they act as. */
  readonly impersonator?: UserInfo | undefined;
  /** Where the requests come from; nothing for what this process asks itself. */
  readonly source?: RequestSource | undefined;
  /** Recorded as the author of changes where a call does not say otherwise. */
  readonly fieldManager?: string;
  /** Takes the warnings of calls that bring no sink of their own: where a door tells them. */
  readonly onWarning?: (warning: string) => void;
  /** Ends calls that bring no signal of their own: the client has gone. */
  readonly signal?: AbortSignal;
  /**
   * Whether the limit of requests under way holds for this client: it does for whoever comes from outside, and not for the
   * control plane's own parts, which must get on with what they were asked for.
   * @default false
   */
  readonly isLimited?: boolean;
}

/** The API in process, as one identity: the same pipeline as every door, without the wire. */
export function createClient(apiServer: ApiServer, options: ClientOptions): ApiClient {
  return new InProcessClient(apiServer, options);
}

/** The casts are the one place where a reference's type becomes that of its objects. */
class InProcessClient implements ApiClient {
  readonly #server: ApiServer;
  readonly #ctx: RequestContext;

  constructor(server: ApiServer, options: ClientOptions) {
    this.#server = server;
    const { isLimited = false, ...identity } = options;
    this.#ctx = { ...identity, exemptFromLimits: !isLimited };
  }

  get accessRevision(): number {
    return this.#server.accessRevision;
  }

  get<T extends ApiObject>(ref: ResourceRef<T>, options: GetOptions): Promise<T> {
    return this.#server.get(this.#ctx, ref, options) as Promise<T>;
  }

  list<T extends ApiObject>(ref: ResourceRef<T>, options?: ListOptions): Promise<ObjectList<T>> {
    return this.#server.list(this.#ctx, ref, options) as Promise<ObjectList<T>>;
  }

  watch<T extends ApiObject>(
    ref: ResourceRef<T>,
    options: WatchOptions,
    sink: WatchSink<T>,
  ): Promise<WatchHandle> {
    return this.#server.watch(this.#ctx, ref, options, sink as WatchSink<ApiObject>);
  }

  history<T extends ApiObject>(
    ref: ResourceRef<T>,
    options: Target & { readonly limit?: number },
  ): Promise<readonly WatchEvent<T>[]> {
    return this.#server.history(this.#ctx, ref, options) as Promise<readonly WatchEvent<T>[]>;
  }

  create<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: NewObject<T>,
    options?: WriteOptions & RequestedPlace,
  ): Promise<T> {
    return this.#server.create(this.#ctx, ref, object, options) as Promise<T>;
  }

  update<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: T,
    options?: UpdateOptions & RequestedPlace,
  ): Promise<T> {
    return this.#server.update(this.#ctx, ref, object, options) as Promise<T>;
  }

  patch<T extends ApiObject>(
    ref: ResourceRef<T>,
    target: Target,
    patch: Patch,
    options?: UpdateOptions,
  ): Promise<T> {
    return this.#server.patch(this.#ctx, ref, target, patch, options) as Promise<T>;
  }

  apply<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: NewObject<T>,
    options?: ApplyOptions & RequestedPlace,
  ): Promise<ApplyResult<T>> {
    const manifest = object as unknown as ApiObject;
    return this.#server.apply(this.#ctx, ref, manifest, options) as Promise<ApplyResult<T>>;
  }

  delete<T extends ApiObject>(
    ref: ResourceRef<T>,
    target: Target,
    options?: DeleteOptions,
  ): Promise<DeleteResult<T>> {
    return this.#server.delete(this.#ctx, ref, target, options) as Promise<DeleteResult<T>>;
  }

  deleteCollection<T extends ApiObject>(
    ref: ResourceRef<T>,
    selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
    options?: DeleteOptions,
  ): Promise<ObjectList<T>> {
    const deleted = this.#server.deleteCollection(this.#ctx, ref, selection, options);
    return deleted as Promise<ObjectList<T>>;
  }

  transaction(
    writes: readonly TransactionWrite[],
    options?: WriteOptions,
  ): Promise<readonly ApiObject[]> {
    return this.#server.transaction(this.#ctx, writes, options);
  }

  podLog(target: Target, options?: PodLogOptions): Promise<string> {
    return this.#server.containers.podLog(this.#ctx, target, options);
  }

  followPodLog(target: Target, options: PodLogOptions): Promise<LogConnection> {
    return this.#server.containers.followPodLog(this.#ctx, target, options);
  }

  openProcess(target: Target, request: ProcessRequest): Promise<ProcessConnection> {
    return this.#server.containers.openProcess(this.#ctx, target, request);
  }

  openPorts(target: Target, verb: ConnectVerb): Promise<PortConnection> {
    return this.#server.containers.openPorts(this.#ctx, target, verb);
  }

  proxy(ref: ResourceRef, target: Target, request: HttpRequest): Promise<HttpAnswer> {
    return this.#server.containers.proxy(this.#ctx, ref, target, request);
  }

  auditLog(selection: AuditSelection = {}): Promise<AuditPage> {
    return this.#server.audit.read(this.#ctx, selection);
  }

  podDecisions(request: DecisionRequest): Promise<DecisionsOfPods> {
    return this.#server.scheduling.podDecisions(this.#ctx, request);
  }

  simulateScheduling(request: SimulationRequest): Promise<ToldSimulation> {
    return this.#server.scheduling.simulate(this.#ctx, request);
  }

  async clusterTime(): Promise<ClusterTime> {
    return this.#server.time.read();
  }

  steerTime(change: ClockChange): Promise<ClusterTime> {
    return this.#server.time.steer(this.#ctx, change);
  }

  createSubresource(
    ref: ResourceRef,
    { namespace, name }: Target,
    subresource: string,
    body: object,
    options?: WriteOptions,
  ): Promise<ApiObject> {
    const target = { namespace, name, subresource };
    return this.#server.createSubresource(this.#ctx, ref, target, body, options);
  }
}
