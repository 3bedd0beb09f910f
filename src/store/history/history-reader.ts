import { expired } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ReplayLog } from '../cache/replay.ts';
import type { ObjectCodec } from '../encryption/object-codec.ts';
import { listObjectsAt } from '../postgres/queries/list-objects-at.ts';
import { readClusterVersions } from '../postgres/queries/read-cluster-versions.ts';
import { readEvents } from '../postgres/queries/read-events.ts';
import { readHistory } from '../postgres/queries/read-history.ts';
import { readObjectAt } from '../postgres/queries/read-object-at.ts';
import { readVersionAt } from '../postgres/queries/read-version-at.ts';
import type { ReadPool } from '../postgres/read-pool.ts';
import {
  parseResourceVersion,
  resourceVersionExpired,
  resourceVersionTooLarge,
} from '../resource-version.ts';
import type { ObjectKey, PointInTime, Snapshot, StoreEvent } from '../store.ts';

/** Newest revisions of one object that are returned unless more are asked for. */
const DEFAULT_HISTORY_LIMIT = 100;

export interface ListAtOptions {
  readonly namespace?: string;
  readonly limit?: number;
  readonly after?: { readonly namespace: string; readonly name: string };
}

/**
 * Reads of the past, from PostgreSQL. Retention is checked after each read: compaction raises its mark before it drops
 * anything, so a read that missed something is always recognised, and answered by Expired.
 */
export class HistoryReader {
  readonly #reads: ReadPool;
  readonly #clusterId: number;

  readonly #codec: ObjectCodec;

  constructor(reads: ReadPool, clusterId: number, codec: ObjectCodec) {
    this.#reads = reads;
    this.#clusterId = clusterId;
    this.#codec = codec;
  }

  async getAt(key: ObjectKey, at: PointInTime): Promise<ApiObject | undefined> {
    const version = await this.#resolve(at);
    const parameters = { clusterId: this.#clusterId, key, version, codec: this.#codec };
    const object = await this.#reads.run((db) => readObjectAt(db, parameters));
    await this.#assertReadable(version);
    return object;
  }

  async listAt(
    resource: GroupResource,
    at: PointInTime,
    { namespace, limit, after = { namespace: '', name: '' } }: ListAtOptions = {},
  ): Promise<Snapshot> {
    const version = await this.#resolve(at);
    const place = { clusterId: this.#clusterId, resource, namespace, version };
    const parameters = { ...place, after, limit, codec: this.#codec };
    const items = await this.#reads.run((db) => listObjectsAt(db, parameters));
    await this.#assertReadable(version);
    return { resourceVersion: String(version), items };
  }

  history(key: ObjectKey, { limit = DEFAULT_HISTORY_LIMIT } = {}): Promise<StoreEvent[]> {
    const parameters = { clusterId: this.#clusterId, key, limit, codec: this.#codec };
    return this.#reads.run((db) => readHistory(db, parameters));
  }

  /** The log of `resource`, for watches that start before what memory holds. */
  replayLog(resource: GroupResource): ReplayLog {
    return {
      assertRetained: async (version) => {
        await this.#assertRetained(version);
      },
      read: (range) => {
        const parameters = { clusterId: this.#clusterId, resource, codec: this.#codec, ...range };
        return this.#reads.run((db) => readEvents(db, parameters));
      },
    };
  }

  async #resolve(at: PointInTime): Promise<number> {
    if ('resourceVersion' in at) return parseResourceVersion(at.resourceVersion);
    const version = await this.#reads.run((db) => readVersionAt(db, this.#clusterId, at.timeMs));
    if (version !== undefined) return version;
    throw expired(`${new Date(at.timeMs).toISOString()} is past retention; ask for a later time`);
  }

  async #assertReadable(version: number): Promise<void> {
    const current = await this.#assertRetained(version);
    if (version <= current) return;
    throw resourceVersionTooLarge(version, current);
  }

  /** Returns the current version. */
  async #assertRetained(version: number): Promise<number> {
    const { current, compacted } = await this.#reads.run((db) =>
      readClusterVersions(db, this.#clusterId),
    );
    if (version < compacted) throw resourceVersionExpired(version, compacted);
    return current;
  }
}
