import type {
  ByteSink,
  ByteSource,
  HttpAnswer,
  HttpRequest,
  ProcessStreams,
} from '../lib/container-streams.ts';
import type { ApiObject, ObjectList, ObjectMeta, WatchEvent } from '../scheme/object.ts';
import type { ResourceRef } from '../scheme/resource.ts';
import type { AuditPage, AuditSelection } from './audit/audit-selection.ts';
import type { ClockChange } from './cluster-time/clock-state.ts';
import type { ClusterTime } from './cluster-time/timekeeper.ts';
import type {
  DecisionRequest,
  DecisionsOfPods,
  SimulationRequest,
  ToldSimulation,
} from './scheduling/scheduling-questions.ts';
import type { PodLogOptions } from './subresources/pod-log-options.ts';

/** Which object: `namespace` is left out for what has none. */
export interface Target {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What the client says of an object apart from the object: a path, an argument. */
export interface RequestedPlace {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export interface GetOptions extends Target {
  /** Read as this subresource: who may read it is a question of its own. @default the object itself */
  readonly subresource?: string | undefined;
  /**
   * Unset: as new as any acknowledged write. '0': whatever this process has in memory (cheap; what controllers use).
   * Another version: at least as new.
   */
  readonly resourceVersion?: string;
  /** The past, within retention. */
  readonly at?: { readonly resourceVersion: string } | { readonly timeMs: number };
  /** Hears which version of the cluster the answer shows, before it comes; also where the answer is that there is none. */
  readonly onVersion?: (resourceVersion: string) => void;
}

export interface ListOptions {
  /** @default every namespace */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  /** As in Kubernetes: unset is consistent, '0' is any, other values by `resourceVersionMatch`. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly at?: { readonly resourceVersion: string } | { readonly timeMs: number };
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Changes after this version. Unset or '0': first the present, as ADDED events, then what follows. */
  readonly resourceVersion?: string;
  /** Kubernetes' WatchList: the present as ADDED, then a bookmark annotated `k8s.io/initial-events-end`, then changes. */
  readonly sendInitialEvents?: boolean;
  readonly allowBookmarks?: boolean;
  readonly signal?: AbortSignal;
}

/** Where a watch delivers. Called synchronously and in order; it must return at once. */
export interface WatchSink<T extends ApiObject = ApiObject> {
  onEvents(events: readonly WatchEvent<T>[]): void;
  /** The watch ended: Expired (list again), ServiceUnavailable, … Never called after {@link WatchHandle.stop}. */
  onClose(error: Error): void;
}

export interface WatchHandle {
  stop(): void;
  /**
   * Whether changes reach the sink as the log is read, in one go with those of every other such watch; false while a watch
   * that began in the past is catching up. @default true
   */
  readonly isCurrent?: boolean;
}

export interface WriteOptions {
  /** `All` runs the whole pipeline and stores nothing. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** What an unknown field does. @default 'Strict' */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** What is wrong with how the object was written, as a door has seen it: it counts as unknown fields do. @default nothing */
  readonly problems?: readonly string[];
  /** Collects warnings for the caller. */
  readonly onWarning?: (warning: string) => void;
  /** See the store's lanes. @default 'foreground' */
  readonly lane?: 'foreground' | 'background';
  readonly signal?: AbortSignal;
  /** Throws when whoever writes may do so no longer: asked when the write is committed, however long it took until then. */
  readonly assertMayCommit?: (() => void) | undefined;
}

export interface UpdateOptions extends WriteOptions {
  readonly subresource?: string;
}

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly object[] }
  | { readonly type: 'merge'; readonly patch: object }
  | { readonly type: 'strategic'; readonly patch: object }
  /** Server-side apply: the fields that the field manager wants, and nothing else. Creates what is not there. */
  | {
      readonly type: 'apply';
      readonly configuration: object;
      /** Takes over what other managers own. @default false */
      readonly force?: boolean | undefined;
    };

export interface ApplyOptions extends WriteOptions {
  /**
   * Whether the server keeps the account of who owns which field; otherwise the last manifest in an annotation is it.
   * @default false
   */
  readonly serverSide?: boolean;
  /** Server-side: takes over what other managers own. @default false */
  readonly force?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  /** Seconds; undefined takes the kind's default; 0 deletes at once. */
  readonly gracePeriodSeconds?: number;
  /** @default 'Background' (the kind's and the finalizers' say aside) */
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What a create or an apply may leave out: the server fills metadata and, from the resource, apiVersion and kind. */
export type NewObject<T extends ApiObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & {
  apiVersion?: T['apiVersion'];
  kind?: T['kind'];
  metadata: ObjectMeta;
};

export interface ApplyResult<T extends ApiObject> {
  readonly object: T;
  readonly operation: 'created' | 'configured' | 'unchanged';
}

export interface DeleteResult<T extends ApiObject> {
  /** The object's last state, or its state with a deletionTimestamp. */
  readonly object: T;
  /** False when it waits for its grace period or for finalizers. */
  readonly deleted: boolean;
}

/** One write of {@link ApiClient.transaction}. */
export type TransactionWrite =
  | { readonly type: 'create'; readonly ref: ResourceRef; readonly object: NewObject<ApiObject> }
  | {
      readonly type: 'update';
      readonly ref: ResourceRef;
      readonly object: ApiObject;
      readonly subresource?: string;
    }
  | {
      readonly type: 'patch';
      readonly ref: ResourceRef;
      readonly target: Target;
      readonly patch: Patch;
      readonly subresource?: string;
    }
  | { readonly type: 'delete'; readonly ref: ResourceRef; readonly target: Target };

/** What a connection is authorized as: `get` where it was asked for by a GET. */
export type ConnectVerb = 'get' | 'create';

/**
 * Writes what a container has printed and goes on with what it prints, until its run is over, the Pod is gone, or `signal`
 * aborts.
 */
export type LogConnection = (output: ByteSink, signal: AbortSignal) => Promise<void>;

/** Kubernetes' PodExecOptions and PodAttachOptions. */
export interface ProcessRequest {
  readonly subresource: 'exec' | 'attach';
  readonly verb: ConnectVerb;
  /** @default the Pod's only container */
  readonly container?: string | undefined;
  /** Of exec: the program and its arguments. */
  readonly command?: readonly string[] | undefined;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Runs the process, or connects to it; resolves to its exit code. @throws when it cannot be started */
export type ProcessConnection = (streams: ProcessStreams, signal: AbortSignal) => Promise<number>;

/** Connects to one port, until either side is done. @throws when nothing listens there */
export type PortConnection = (
  port: number,
  connection: { readonly input: ByteSource; readonly output: ByteSink },
  signal: AbortSignal,
) => Promise<void>;

/**
 * The API, in process, as one identity: what doors, controllers, scheduler and kubelets use. Every call runs the whole
 * pipeline (authorize, decode, default, admit, validate, store). Failures are `ApiError`s. Objects that come back are shared
 * and immutable; objects handed in belong to the API from then on.
 */
export interface ApiClient {
  /** Grows whenever anybody's rights may have changed: what was worked out with rights before is not to be given out after. */
  readonly accessRevision: number;
  get<T extends ApiObject>(ref: ResourceRef<T>, options: GetOptions): Promise<T>;
  list<T extends ApiObject>(ref: ResourceRef<T>, options?: ListOptions): Promise<ObjectList<T>>;
  watch<T extends ApiObject>(
    ref: ResourceRef<T>,
    options: WatchOptions,
    sink: WatchSink<T>,
  ): Promise<WatchHandle>;
  /** The retained changes of one object, newest first; empty when there are none within retention. */
  history<T extends ApiObject>(
    ref: ResourceRef<T>,
    options: Target & { readonly limit?: number },
  ): Promise<readonly WatchEvent<T>[]>;
  create<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: NewObject<T>,
    options?: WriteOptions & RequestedPlace,
  ): Promise<T>;
  /** Replaces; with metadata.resourceVersion it is a compare-and-swap, without it the last write wins. */
  update<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: T,
    options?: UpdateOptions & RequestedPlace,
  ): Promise<T>;
  patch<T extends ApiObject>(
    ref: ResourceRef<T>,
    target: Target,
    patch: Patch,
    options?: UpdateOptions,
  ): Promise<T>;
  /**
   * Makes the object what a manifest says, as `kubectl apply` does: by a three-way strategic merge against
   * `last-applied-configuration`, or server-side.
   */
  apply<T extends ApiObject>(
    ref: ResourceRef<T>,
    object: NewObject<T>,
    options?: ApplyOptions & RequestedPlace,
  ): Promise<ApplyResult<T>>;
  delete<T extends ApiObject>(
    ref: ResourceRef<T>,
    target: Target,
    options?: DeleteOptions,
  ): Promise<DeleteResult<T>>;
  /** Deletes what the selectors choose; returns what was deleted or marked, as it was before. */
  deleteCollection<T extends ApiObject>(
    ref: ResourceRef<T>,
    selection: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>,
    options?: DeleteOptions,
  ): Promise<ObjectList<T>>;
  /** Several writes, all or none, at consecutive resourceVersions. */
  transaction(
    writes: readonly TransactionWrite[],
    options?: WriteOptions,
  ): Promise<readonly ApiObject[]>;
  /** What a container of a Pod printed, each line with its end. */
  podLog(target: Target, options?: PodLogOptions): Promise<string>;
  /** As {@link podLog}, to be gone on with. */
  followPodLog(target: Target, options: PodLogOptions): Promise<LogConnection>;
  /** Reaches into a container: `pods/exec` and `pods/attach`. */
  openProcess(target: Target, request: ProcessRequest): Promise<ProcessConnection>;
  /** Reaches the ports of a Pod: `pods/portforward`. */
  openPorts(target: Target, verb: ConnectVerb): Promise<PortConnection>;
  /** Asks a server behind a Pod or a Service over HTTP: `pods/proxy` and `services/proxy`. */
  proxy(ref: ResourceRef, target: Target, request: HttpRequest): Promise<HttpAnswer>;
  /** The audit log, newest first. */
  auditLog(selection?: AuditSelection): Promise<AuditPage>;
  /** What the scheduler decided about Pods. */
  podDecisions(request: DecisionRequest): Promise<DecisionsOfPods>;
  /** Where copies of a Pod would go, were they created now. Nothing is created. */
  simulateScheduling(request: SimulationRequest): Promise<ToldSimulation>;
  /** What the cluster's clock shows, and how it runs. */
  clusterTime(): Promise<ClusterTime>;
  /** Steers the cluster's clock. */
  steerTime(change: ClockChange): Promise<ClusterTime>;
  /** POST to a subresource that is an action: `binding`, `eviction`, `token`. */
  createSubresource(
    ref: ResourceRef,
    target: Target,
    subresource: string,
    body: object,
    options?: WriteOptions,
  ): Promise<ApiObject>;
}

/** Who asks. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
