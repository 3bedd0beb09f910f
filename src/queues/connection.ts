import type { BackendFactory, IQueueBackend } from 'bullmq';

/** The way to the server that holds the queues, shared by every queue of a process. */
export interface QueueConnection {
  /** What BullMQ's classes take as `connection`. */
  readonly connection: object;
  readonly backendFactory: BackendFactory<IQueueBackend, object>;
  /** What BullMQ calls a prefix: a name space within a Redis server. */
  readonly prefix?: string;
  /** An idle worker is woken by a notification; this often it also looks by itself, should one get lost. */
  readonly idleSeconds: number;
  /** Calls back when the server has come back: what it acknowledged shortly before may be gone. */
  onRecovery(listener: () => void): void;
  close(): Promise<void>;
}
