import type { Clock, Timer } from './clock.ts';
import type { ClockReading, SteerableClock } from './steerable-clock.ts';
import type { WorkGauge } from './work-gauge.ts';

/** How many times a clock looks at the work while it may gain its lead on it: also where the event loop stands still. */
const LOOKS_PER_LEAD = 4;
/** Between two looks, in real milliseconds. */
const MAX_LOOK_MS = 50;

export interface ClockGovernorOptions {
  readonly clock: SteerableClock;
  /** Real time. */
  readonly real: Clock;
  readonly work: WorkGauge;
  /** How far a fast clock may be ahead of the oldest work that is not done, in its own milliseconds. */
  readonly maxLeadMs: number;
}

/**
 * Makes a clock that is faster than real time wait for those who live by it: it goes in slices, and never far ahead of the
 * oldest work in hand. So a machine that cannot keep up makes the clock slower instead of letting leases run out. However
 * far behind the work is, the clock goes as fast as real time, at which being slow is nobody's fault but the machine's.
 */
export class ClockGovernor {
  readonly #options: ClockGovernorOptions;
  #timer: Timer | undefined;
  #isHeld = false;
  /** When it last looked, and where the clock had to be at least. */
  #looked: { readonly realMs: number; readonly clusterMs: number } | undefined;

  constructor(options: ClockGovernorOptions) {
    this.#options = options;
  }

  /** To be called when the clock has been steered. */
  look(): void {
    this.#timer?.cancel();
    if (this.#isHeld) return;
    const { clock, maxLeadMs, real, work } = this.#options;
    const maxSliceMs = maxLeadMs / LOOKS_PER_LEAD;
    const { rate } = clock.course;
    if (rate <= 1) {
      this.stop();
      return;
    }
    const clusterMs = clock.now();
    const realMs = real.now();
    const before = this.#looked ?? { realMs, clusterMs };
    const realTimeMs = before.clusterMs + Math.max(0, realMs - before.realMs);
    const floorMs = Math.max(clusterMs, realTimeMs);
    this.#looked = { realMs, clusterMs: floorMs };
    const lookMs = Math.min(MAX_LOOK_MS, Math.max(1, Math.floor(maxSliceMs / 2 / rate)));
    const leadEndMs = (work.oldestMs() ?? clusterMs) + maxLeadMs;
    clock.limit(Math.max(floorMs + lookMs, Math.min(clusterMs + maxSliceMs, leadEndMs)));
    this.#timer = real.setTimer(lookMs, () => this.look());
  }

  /** Holds the clock where it is until {@link release}: what it shows is being written down. @returns what it shows */
  hold(): ClockReading {
    this.#isHeld = true;
    const { clock } = this.#options;
    const reading = clock.reading();
    clock.limit(reading.clusterMs);
    return reading;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.look();
  }

  /** Lets the clock run freely. */
  stop(): void {
    this.#timer?.cancel();
    this.#looked = undefined;
    this.#options.clock.limit(Number.POSITIVE_INFINITY);
  }
}
