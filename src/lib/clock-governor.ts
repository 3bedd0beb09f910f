import type { Clock, Timer } from './clock.ts';
import type { SteerableClock } from './steerable-clock.ts';
import type { WorkGauge } from './work-gauge.ts';

/**
 * How far a fast clock may be ahead of the oldest work that is not done. A node's heartbeat is written every 10 s and missed
 * after 40 s: even one that is due just after another began has arrived 10 s + MAX_LEAD_MS + MAX_SLICE_MS later.
 */
const MAX_LEAD_MS = 15_000;
/** How far a fast clock may go without a look at the work: also where the event loop stands still. */
const MAX_SLICE_MS = 5_000;
/** Between two looks, in real milliseconds. */
const MAX_LOOK_MS = 50;

export interface ClockGovernorOptions {
  readonly clock: SteerableClock;
  /** Real time. */
  readonly real: Clock;
  readonly work: WorkGauge;
}

/**
 * Makes a clock that is faster than real time wait for those who live by it: it goes in slices, and never far ahead of the
 * oldest work in hand. So a machine that cannot keep up makes the clock slower instead of letting leases run out. However
 * far behind the work is, the clock goes as fast as real time, at which being slow is nobody's fault but the machine's.
 */
export class ClockGovernor {
  readonly #options: ClockGovernorOptions;
  #timer: Timer | undefined;
  #looked: { readonly realMs: number; readonly clusterMs: number } | undefined;

  constructor(options: ClockGovernorOptions) {
    this.#options = options;
  }

  /** To be called when the clock has been steered. */
  look(): void {
    this.#timer?.cancel();
    const { clock, real, work } = this.#options;
    const { rate } = clock.course;
    if (rate <= 1) {
      this.stop();
      return;
    }
    const clusterMs = clock.now();
    const realMs = real.now();
    const before = this.#looked ?? { realMs, clusterMs };
    this.#looked = { realMs, clusterMs };
    const leadEndMs = (work.oldestMs() ?? clusterMs) + MAX_LEAD_MS;
    const realTimeMs = before.clusterMs + Math.max(0, realMs - before.realMs);
    clock.limit(Math.max(realTimeMs, clusterMs, Math.min(clusterMs + MAX_SLICE_MS, leadEndMs)));
    const lookMs = Math.min(MAX_LOOK_MS, Math.max(1, MAX_SLICE_MS / 2 / rate));
    this.#timer = real.setTimer(lookMs, () => this.look());
  }

  /** Lets the clock run freely. */
  stop(): void {
    this.#timer?.cancel();
    this.#looked = undefined;
    this.#options.clock.limit(Number.POSITIVE_INFINITY);
  }
}
