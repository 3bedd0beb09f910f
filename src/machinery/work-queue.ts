/**
 * The producer's side of a work queue. Kubernetes' law: a key waits at most once; a key added while it is being worked on
 * runs once more afterwards; it never runs twice at the same time; failures back off per key.
 */
export interface WorkQueue {
  /** Wants `key` worked on soon. Never blocks and never throws: adds are gathered and enqueued in bulk. */
  add(key: string): void;
  /** Wants `key` worked on `delayMs` from now, on the Clock; of several deadlines the earliest wins. */
  addAfter(key: string, delayMs: number): void;
}

/** What runs keys: BullMQ on PostgreSQL or on Redis, in `queues/`. */
export interface QueueBackend {
  /** Opens a queue and, once {@link BackendQueue.run} is called, hands its keys to `process`, `concurrency` at a time. */
  open(options: QueueOptions): Promise<BackendQueue>;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** Unique within the control plane. */
  readonly name: string;
  readonly concurrency: number;
  /**
   * Must not reject: retries are the caller's, through a later enqueue.
   * @param waitedMs How long the key waited, in real time.
   */
  process(key: string, signal: AbortSignal, waitedMs: number): Promise<void>;
  /**
   * The queue's server was lost: it may have forgotten that this process works on the keys that were handed out until now, and
   * hand them to another. Called once or more while it is away, and when it is back.
   */
  onLoss?(): void;
  /**
   * The queue's server was lost and is back, or coming back: keys that were acknowledged as waiting shortly before, and have
   * not started, may be gone.
   */
  onRecovery?(): void;
  /**
   * The queue's server is not the one that it was: it may have forgotten whatever was enqueued in it, however long ago and by
   * whom, with its deadlines and with the keys of processes that are gone. Comes after {@link onRecovery}.
   */
  onDataLoss?(): void;
}

export interface BackendQueue {
  /** Resolves when the keys are durably waiting. */
  enqueue(keys: readonly string[]): Promise<void>;
  /**
   * Resolves when it is durable that `key` will be waiting `delayMs` from now, in real time, whatever becomes of this
   * process. Asked again, the later call replaces the earlier one.
   */
  enqueueLater(key: string, delayMs: number): Promise<void>;
  /** How many keys wait, in whichever process they were enqueued. */
  depth(): Promise<number>;
  /** Starts handing out keys. */
  run(): Promise<void>;
  /** Stops handing out, waits for what is running, releases what is not. Calling it again does nothing more. */
  close(): Promise<void>;
}
