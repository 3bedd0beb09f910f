import type { BackendFactory, IQueueBackend } from 'bullmq';

export interface ServerListener {
  /**
   * A connection to the server broke: what it acknowledged or handed out before, it may have forgotten. Called for each
   * connection, and once more when the server is back, before {@link onRecovery}.
   */
  onLoss(): void;
  /** The server is back: it answers again. */
  onRecovery(): void;
  /** It is another one than before, and may have forgotten everything. Comes after {@link onRecovery}. */
  onDataLoss?(): void;
}

/** The way to the server that holds the queues, shared by every queue of a process. */
export interface QueueConnection {
  /** What BullMQ's classes take as `connection`. */
  readonly connection: object;
  readonly backendFactory: BackendFactory<IQueueBackend, object>;
  /** What BullMQ calls a prefix: a name space within a Redis server. */
  readonly prefix?: string;
  /** An idle worker is woken by a notification; this often it also looks by itself, should one get lost. */
  readonly idleSeconds: number;
  /** @returns Ends it. */
  addListener(listener: ServerListener): () => void;
  close(): Promise<void>;
}
