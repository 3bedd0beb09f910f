import type { Clock } from '../../lib/clock.ts';
import { type Connection, type ConnectionOptions, openConnection } from '../postgres/connection.ts';
import { classifyFailure } from '../postgres/errors.ts';
import {
  type BatchOutcome,
  commitWrites,
  type WriteColumns,
} from '../postgres/queries/commit-writes.ts';
import { openWriter } from '../postgres/queries/open-writer.ts';

export interface WriterSessionOptions extends ConnectionOptions {
  readonly writerId: string;
  readonly clusterId: number;
  /** Stamps revisions. */
  readonly clock: Clock;
  /** Whether another process listens for commits. */
  readonly hasPeers: () => boolean;
  /** A healthy commit takes milliseconds; after this the connection counts as dead, and the outcome is looked up. */
  readonly commitTimeoutMs: number;
}

/**
 * The one connection over which this process commits, and its memory of which batch was the last: what makes it possible
 * to say, after a connection was lost, whether that batch was committed.
 */
export class WriterSession {
  readonly #options: WriterSessionOptions;
  #connection: Connection | undefined;
  #session = 0;
  /** Numbers batches; one number is never used for two contents. */
  #batch = 0;
  /** Whether it is unknown what became of the batch of that number. */
  #inDoubt = false;

  constructor(options: WriterSessionOptions) {
    this.#options = options;
  }

  /** Connects if need be. Returns the outcome of the batch in doubt when it turns out to be committed. */
  async recover(): Promise<BatchOutcome | undefined> {
    if (this.#connection?.isOpen) return undefined;
    const { clusterId, writerId, clock } = this.#options;
    const connection = await openConnection(this.#options);
    try {
      const opened = await openWriter(
        connection.client,
        clusterId,
        writerId,
        Math.floor(clock.now()),
      );
      this.#connection = connection;
      this.#session = opened.session;
      const committed = this.#inDoubt && opened.lastBatch === this.#batch;
      this.#inDoubt = false;
      return committed ? opened.lastOutcome : undefined;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Commits one batch. After a failure, `isInDoubt` says whether it may have been committed all the same. */
  async commit(writes: WriteColumns): Promise<BatchOutcome> {
    const connection = this.#connection;
    if (!connection?.isOpen) throw new Error('the writer is not connected');
    this.#batch++;
    try {
      const { commitTimeoutMs } = this.#options;
      return await commitWrites(connection.client, this.#parameters(writes), commitTimeoutMs);
    } catch (error) {
      const failure = classifyFailure(error);
      this.#inDoubt = failure === 'lost';
      if (failure === 'lost' || failure === 'fenced') connection.destroy();
      throw error;
    }
  }

  get isInDoubt(): boolean {
    return this.#inDoubt;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  #parameters(writes: WriteColumns): Parameters<typeof commitWrites>[1] {
    const { clusterId, writerId, clock, hasPeers } = this.#options;
    return {
      clusterId,
      writerId,
      session: this.#session,
      batch: this.#batch,
      nowMs: Math.floor(clock.now()),
      notify: hasPeers(),
      writes,
    };
  }
}
