import type { ControllerContext } from '../machinery/controller.ts';
import type { SchedulingQueue } from './scheduling-queue.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** How often Pods were tried, and what came of it: kept for the metrics. */
export class AttemptCounts {
  readonly #counts: Record<AttemptResult, number> = { scheduled: 0, unschedulable: 0, error: 0 };

  count(result: AttemptResult): void {
    this.#counts[result]++;
  }

  /** Adds what people look at: the attempts, and the Pods that wait. */
  addMetrics({ addMetric }: Pick<ControllerContext, 'addMetric'>, queue: SchedulingQueue): void {
    addMetric({
      name: 'scheduler_pending_pods',
      help: 'Pods that want a node, by where they wait.',
      type: 'gauge',
      read: () => {
        const { none, ...counts } = queue.counts();
        return Object.entries(counts).map(([name, value]) => ({ labels: { queue: name }, value }));
      },
    });
    addMetric({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to give Pods a node, by what came of them.',
      type: 'counter',
      read: () =>
        Object.entries(this.#counts).map(([result, value]) => ({ labels: { result }, value })),
    });
  }
}
