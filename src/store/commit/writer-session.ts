import type { Clock, Timer } from '../../lib/clock.ts';
import { type Connection, type ConnectionOptions, openConnection } from '../postgres/connection.ts';
import { classifyFailure } from '../postgres/errors.ts';
import {
  type BatchOutcome,
  commitWrites,
  type WriteColumns,
} from '../postgres/queries/commit-writes.ts';
import { openWriter } from '../postgres/queries/open-writer.ts';
import { showLife } from '../postgres/queries/show-life.ts';

/** This many signs of life are sent in the time after which PostgreSQL ends a silent session. */
const BEATS_PER_TIMEOUT = 4;

export interface WriterSessionOptions extends ConnectionOptions {
  readonly writerId: string;
  readonly clusterId: number;
  /** Stamps revisions. */
  readonly clock: Clock;
  /** Whether another process listens for commits. */
  readonly hasPeers: () => boolean;
  /** A healthy commit takes milliseconds; after this the connection counts as dead, and the outcome is looked up. */
  readonly commitTimeoutMs: number;
  /** After this long without a sign of life PostgreSQL ends the session. */
  readonly idleTimeoutMs: number;
  /** Real time, for signs of life. */
  readonly ioClock: Clock;
}

/**
 * The one connection over which this process commits, and its memory of which batch was the last: what makes it possible
 * to say, after a connection was lost, whether that batch was committed.
 *
 * PostgreSQL ends the session when the process is silent, so that what a process which stood still sends afterwards is not
 * taken: it connects again, and asks again whether it may still write.
 */
export class WriterSession {
  readonly #options: WriterSessionOptions;
  #connection: Connection | undefined;
  #session = 0;
  /** Numbers batches; one number is never used for two contents. */
  #batch = 0;
  /** Whether it is unknown what became of the batch of that number. */
  #inDoubt = false;
  #nextBeat: Timer | undefined;
  /** A sign of life under way. */
  #beat: Promise<unknown> | undefined;
  #isCommitting = false;

  constructor(options: WriterSessionOptions) {
    this.#options = options;
  }

  /** Connects if need be. Returns the outcome of the batch in doubt when it turns out to be committed. */
  async recover(): Promise<BatchOutcome | undefined> {
    if (this.#connection?.isOpen) return undefined;
    const { clusterId, writerId, clock, idleTimeoutMs } = this.#options;
    const connection = await openConnection(this.#options);
    try {
      const opened = await openWriter(connection.client, {
        clusterId,
        writerId,
        nowMs: Math.floor(clock.now()),
        idleTimeoutMs,
      });
      this.#connection = connection;
      this.#scheduleBeat(connection);
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
    if (this.#beat !== undefined) await this.#beat;
    const connection = this.#connection;
    if (!connection?.isOpen) throw new Error('the writer is not connected');
    this.#batch++;
    this.#isCommitting = true;
    try {
      const { commitTimeoutMs } = this.#options;
      return await commitWrites(connection.client, this.#parameters(writes), commitTimeoutMs);
    } catch (error) {
      const failure = classifyFailure(error);
      this.#inDoubt = failure === 'lost';
      if (failure === 'lost' || failure === 'fenced') connection.destroy();
      throw error;
    } finally {
      this.#isCommitting = false;
    }
  }

  get isInDoubt(): boolean {
    return this.#inDoubt;
  }

  async close(): Promise<void> {
    this.#nextBeat?.cancel();
    await this.#connection?.close();
  }

  #scheduleBeat(connection: Connection): void {
    const { idleTimeoutMs, ioClock } = this.#options;
    this.#nextBeat?.cancel();
    this.#nextBeat = ioClock.setTimer(idleTimeoutMs / BEATS_PER_TIMEOUT, () => {
      if (!connection.isOpen) return;
      if (!this.#isCommitting) this.#beat ??= this.#sendBeat(connection);
      this.#scheduleBeat(connection);
    });
  }

  async #sendBeat(connection: Connection): Promise<void> {
    const { commitTimeoutMs } = this.#options;
    try {
      await showLife(connection.client, commitTimeoutMs);
    } catch {
      // Ignored: the next batch finds that it has to connect again.
      connection.destroy();
    } finally {
      this.#beat = undefined;
    }
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
