import type { Clock, Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { type Connection, type ConnectionOptions, openConnection } from '../postgres/connection.ts';
import { findPeers } from '../postgres/queries/find-peers.ts';
import {
  greetListeners,
  listenForRevisions,
  parseNotification,
} from '../postgres/queries/revision-notifications.ts';
import type { RetryPause } from '../postgres/retry.ts';

export interface RevisionListenerOptions extends ConnectionOptions {
  readonly clusterId: number;
  /** Our own commits are handed to the log reader directly, so their notifications are ignored. */
  readonly writerId: string;
  readonly pause: RetryPause;
  readonly logger: Logger;
  /** Real time. */
  readonly ioClock: Clock;
  /** How often to look whether other processes still listen. */
  readonly peerCheckIntervalMs: number;
  /** Another process has committed up to `version`; undefined: maybe, since notifications may have been missed. */
  readonly onHint: (version: number | undefined) => void;
}

/**
 * Hears of other processes' commits. A hint and no more: whoever relies on it also polls.
 *
 * It also knows whether there are other processes at all: each greets the others when it begins to listen, and looks now and
 * then who is still there. A process that is alone need not notify anyone of its commits.
 */
export class RevisionListener {
  readonly #options: RevisionListenerOptions;
  readonly #stopped = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<void> | undefined;
  #peerTimer: Timer | undefined;
  #hasPeers = true;

  constructor(options: RevisionListenerOptions) {
    this.#options = options;
  }

  /** True also while it is not known. */
  get hasPeers(): boolean {
    return this.#hasPeers;
  }

  start(): void {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#peerTimer?.cancel();
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
      await listenForRevisions(connection.client);
      await greetListeners(connection.client, this.#options.clusterId, this.#options.writerId);
      await this.#findPeers(connection);
      if (!connection.isOpen) throw new Error('the connection was lost while it began to listen');
    } catch (error) {
      connection.destroy();
      throw error;
    }
    connection.onLost((error) => {
      this.#options.logger.info('lost the listening connection', { error });
      this.#hasPeers = true;
      if (!this.#stopped.signal.aborted) this.start();
    });
    this.#schedulePeerCheck(connection);
  }

  async #findPeers({ client }: Connection): Promise<void> {
    this.#hasPeers = await findPeers(client);
  }

  #schedulePeerCheck(connection: Connection): void {
    const { ioClock, peerCheckIntervalMs } = this.#options;
    this.#peerTimer?.cancel();
    this.#peerTimer = ioClock.setTimer(peerCheckIntervalMs, () => {
      this.#findPeers(connection)
        .then(() => this.#schedulePeerCheck(connection))
        // Ignored: the connection is lost, which its own handler sees to.
        .catch(() => undefined);
    });
  }

  #onNotification(payload: string): void {
    const { clusterId, writerId, onHint } = this.#options;
    const notification = parseNotification(payload);
    if (notification.clusterId !== clusterId || notification.writerId === writerId) return;
    this.#hasPeers = true;
    onHint(notification.version);
  }
}
