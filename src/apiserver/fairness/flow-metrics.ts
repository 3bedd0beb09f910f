import type { Metric, MetricRegistry, Sample } from '../../lib/metrics.ts';
import type { Refusal } from './fair-queues.ts';

/** What a priority level is doing. */
export interface LevelReading {
  readonly level: string;
  readonly nominalSeats: number;
  readonly seatsInUse: number;
  readonly waiting: number;
}

/** Which requests wait and which are refused, by the names of Kubernetes' figures. */
export class FlowMetrics {
  /** By level, then by reason. */
  readonly #refusals = new Map<string, Map<Refusal, number>>();

  constructor(registry: MetricRegistry, read: () => readonly LevelReading[]) {
    const gauge = (
      figure: string,
      help: string,
      measure: (reading: LevelReading) => number,
    ): Metric => ({
      name: `apiserver_flowcontrol_${figure}`,
      help,
      type: 'gauge',
      read: () =>
        read().map((reading) => ({
          labels: { priority_level: reading.level },
          value: measure(reading),
        })),
    });
    const metrics: readonly Metric[] = [
      gauge('nominal_limit_seats', 'Seats of a priority level.', (each) => each.nominalSeats),
      gauge('current_executing_seats', 'Seats that are taken.', (each) => each.seatsInUse),
      gauge('current_inqueue_requests', 'Requests that wait for seats.', (each) => each.waiting),
      {
        name: 'apiserver_flowcontrol_rejected_requests_total',
        help: 'Requests that were refused, by priority level and reason.',
        type: 'counter',
        read: () => this.#readRefusals(),
      },
    ];
    for (const metric of metrics) registry.add(metric);
  }

  refused(level: string, refusal: Refusal): void {
    const reasons = this.#refusals.get(level) ?? new Map<Refusal, number>();
    this.#refusals.set(level, reasons);
    reasons.set(refusal, (reasons.get(refusal) ?? 0) + 1);
  }

  *#readRefusals(): Iterable<Sample> {
    for (const [level, reasons] of this.#refusals) {
      for (const [reason, value] of reasons) {
        yield { labels: { priority_level: level, reason }, value };
      }
    }
  }
}
