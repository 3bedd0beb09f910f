import type { ApiClient, UserInfo } from '../apiserver/client.ts';
import type { Logger } from '../lib/logger.ts';
import type { ApiObject } from '../scheme/object.ts';
import type { ResourceDefinition } from '../scheme/resource.ts';
import { gatedReads, type ReadClient } from './read-client.ts';
import { DecisionLoader } from './scheduling/decision-loader.ts';
import { type PointInTime, SnapshotReader } from './snapshot-reader.ts';

export interface RequestContextOptions {
  readonly user: UserInfo;
  readonly client: ApiClient;
  readonly signal?: AbortSignal;
  /** Has what clients are not told of errors that nobody foresaw. */
  readonly logger: Logger;
  /** Milliseconds since the epoch: what "now" is for ages and deadlines. */
  readonly now: () => number;
}

/** What the resolvers of one request share. */
export class RequestContext {
  readonly user: UserInfo;
  readonly client: ApiClient;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
  readonly now: () => number;
  /** Advice that the pipeline gave; sent as `extensions.warnings`. */
  readonly warnings: string[] = [];
  /** The reads of this request: some at a time, so that a query that leads far does not crowd out its own user. */
  readonly reads: ReadClient;
  #decisions: DecisionLoader | undefined;
  #reader: SnapshotReader;
  /** Readers of what was read at another moment than the request's own. */
  readonly #otherMoments = new WeakMap<ApiObject, SnapshotReader>();

  constructor({ user, client, signal, logger, now }: RequestContextOptions) {
    this.user = user;
    this.client = client;
    this.signal = signal;
    this.logger = logger;
    this.now = now;
    this.reads = gatedReads(client);
    this.#reader = new SnapshotReader(this.reads);
  }

  /** Reads at the request's one moment. */
  get reader(): SnapshotReader {
    return this.#reader;
  }

  /** What the scheduler decided about the Pods of this request. */
  get decisions(): DecisionLoader {
    this.#decisions ??= new DecisionLoader(this.client);
    return this.#decisions;
  }

  /** Before anything is read: there will be one read, which need not find out at which version it happens. */
  expectOneRead(): void {
    this.#reader = new SnapshotReader(this.reads, { isOnlyRead: true });
  }

  /** Reads at the moment that `object` was read at: what its relations are read with. */
  readerOf(object: ApiObject): SnapshotReader {
    return this.#otherMoments.get(object) ?? this.#reader;
  }

  /** Remembers that `objects` show the moment `at`. */
  placeAt(objects: readonly ApiObject[], at: PointInTime): void {
    const reader = new SnapshotReader(this.reads, { at });
    for (const object of objects) this.#otherMoments.set(object, reader);
  }

  /** After a write: what follows reads the world with it. */
  startNewMoment(): void {
    this.#reader = new SnapshotReader(this.reads);
  }

  readonly addWarning = (warning: string): void => {
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  };

  /** Whoever reads a version that is on its way out should hear of it, as whoever writes it does. */
  warnOfDeprecation({ deprecation }: ResourceDefinition): void {
    if (deprecation) this.addWarning(deprecation.message);
  }
}
