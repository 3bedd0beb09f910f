import { Histogram, type Metric, type MetricRegistry } from '../lib/metrics.ts';

/** Kubernetes' buckets for work queues: from ten nanoseconds to ten seconds, in seconds. */
const BOUNDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];
const MS_PER_SECOND = 1_000;

/** What is counted of one work queue, by the names of client-go's work queues. */
export class QueueMetrics {
  readonly #waits = new Histogram(BOUNDS);
  readonly #runs = new Histogram(BOUNDS);
  #adds = 0;
  #retries = 0;

  added(keys: number): void {
    this.#adds += keys;
  }

  retried(): void {
    this.#retries++;
  }

  /** A key that waited `waitedMs` is being worked on until `run` resolves. */
  async follow(waitedMs: number, run: Promise<void>): Promise<void> {
    this.#waits.observe(waitedMs / MS_PER_SECOND);
    const startMs = performance.now();
    await run;
    this.#runs.observe((performance.now() - startMs) / MS_PER_SECOND);
  }

  /**
   * Adds the figures of the queue `name`, until the returned function is called.
   * @param depth How many keys wait, in whichever process they were added.
   */
  addTo(registry: MetricRegistry, name: string, depth: () => Promise<number>): () => void {
    const removals = this.#metrics(name, depth).map((metric) => registry.add(metric));
    return () => {
      for (const remove of removals) remove();
    };
  }

  #metrics(name: string, depth: () => Promise<number>): readonly Metric[] {
    const figure = (metric: Omit<Metric, 'read'>, value: () => number | Histogram): Metric => ({
      ...metric,
      read: () => [{ labels: { name }, value: value() }],
    });
    return [
      {
        name: 'workqueue_depth',
        help: 'Keys that wait in a work queue.',
        type: 'gauge',
        // Ignored: what cannot be read while the queue's server is away is left out; whoever needs the server says so.
        read: () =>
          depth().then(
            (value) => [{ labels: { name }, value }],
            () => [],
          ),
      },
      figure(
        { name: 'workqueue_adds_total', help: 'Keys added to a work queue.', type: 'counter' },
        () => this.#adds,
      ),
      figure(
        {
          name: 'workqueue_retries_total',
          help: 'Keys that failed and were added again.',
          type: 'counter',
        },
        () => this.#retries,
      ),
      figure(
        {
          name: 'workqueue_queue_duration_seconds',
          help: 'How long keys waited before they were worked on, in seconds.',
          type: 'histogram',
        },
        () => this.#waits,
      ),
      figure(
        {
          name: 'workqueue_work_duration_seconds',
          help: 'How long keys were worked on, in seconds.',
          type: 'histogram',
        },
        () => this.#runs,
      ),
    ];
  }
}
