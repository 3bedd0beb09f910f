import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { type Connection, type ConnectionOptions, openConnection } from '../postgres/connection.ts';
import type { RetryPause } from '../postgres/retry.ts';

/** Where `commit_writes` notifies: "<cluster id> <last version> <writer id>". */
const CHANNEL = 'orrery_revisions';

export interface RevisionListenerOptions extends ConnectionOptions {
  readonly clusterId: number;
  /** Our own commits are handed to the log reader directly, so their notifications are ignored. */
  readonly writerId: string;
  readonly pause: RetryPause;
  readonly logger: Logger;
  /** Another process has committed up to `version`; undefined: maybe, since notifications may have been missed. */
  readonly onHint: (version: number | undefined) => void;
}

/** Hears of other processes' commits. A hint and no more: whoever relies on it also polls. */
export class RevisionListener {
  readonly #options: RevisionListenerOptions;
  readonly #stopped = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;

  constructor(options: RevisionListenerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#connection?.close();
    await this.#connecting;
  }

  /** Tries until it listens, or is stopped. */
  async #connect(): Promise<void> {
    const { pause, logger, onHint } = this.#options;
    const { signal } = this.#stopped;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.#listen();
        // Whatever was committed while nobody listened.
        onHint(undefined);
        return;
      } catch (error) {
        logger.warn('cannot listen for revisions, trying again', {
          failures,
          error: toError(error),
        });
        await pause.wait(failures, signal);
      }
    }
  }

  async #listen(): Promise<void> {
    const connection = await openConnection(this.#options, this.#stopped.signal);
    // Known before it listens, so that a stop need not wait for a silent server.
    this.#connection = connection;
    try {
      connection.client.on('notification', ({ payload }) => this.#onNotification(payload ?? ''));
      await connection.client.query(`listen ${CHANNEL}`);
      if (!connection.isOpen) throw new Error('the connection was lost while it began to listen');
    } catch (error) {
      connection.destroy();
      throw error;
    }
    connection.onLost((error) => {
      this.#options.logger.info('lost the listening connection', { error });
      if (!this.#stopped.signal.aborted) this.start();
    });
  }

  #onNotification(payload: string): void {
    const { clusterId, writerId, onHint } = this.#options;
    const [cluster, version, writer] = payload.split(' ');
    if (Number(cluster) === clusterId && writer !== writerId) onHint(Number(version));
  }
}
