import { type Clock, systemClock, type Timer } from './clock.ts';
import { TimerHeap } from './timer-heap.ts';

/** How a clock runs against real time: a line through one point. Times are milliseconds since the Unix epoch. */
export interface Course {
  /** The real time of the point. */
  readonly realMs: number;
  /** What the clock shows then. */
  readonly clusterMs: number;
  /** Milliseconds of the clock in one of real time; 0 stands still. */
  readonly rate: number;
  /**
   * From this real time on the clock runs at real time's own rate, if its rate is higher: whoever sped it up has not been
   * heard of since. @default never
   */
  readonly expiresMs?: number | undefined;
  /** The clock does not pass this time on this course. @default none */
  readonly untilMs?: number | undefined;
}

/** Real time itself. */
const REAL_TIME: Course = { realMs: 0, clusterMs: 0, rate: 1 };

/** What a clock on `course` shows at a real time. It does not fall as real time grows. */
export function timeOnCourse(course: Course, realMs: number): number {
  const { rate, expiresMs = Number.POSITIVE_INFINITY, untilMs } = course;
  const elapsedMs = Math.max(0, realMs - course.realMs);
  const fastMs = rate > 1 ? Math.min(elapsedMs, Math.max(0, expiresMs - course.realMs)) : elapsedMs;
  const shownMs = Math.floor(course.clusterMs + fastMs * rate + (elapsedMs - fastMs));
  return untilMs === undefined ? shownMs : Math.min(shownMs, untilMs);
}

/** What a clock shows at a moment of real time. */
export type ClockReading = Pick<Course, 'clusterMs' | 'realMs'>;

/**
 * The clock of a cluster: real time until it is steered, then as fast or as slow as its {@link Course} says. It never goes
 * back: on a course that begins behind what it has shown, it stands still until the course has caught up. Timers fire
 * once, never early, in order of their due times, whatever becomes of the course in between; one that is due at once fires
 * on a clock that stands still as well.
 */
export class SteerableClock implements Clock {
  readonly #real: Clock;
  readonly #timers = new TimerHeap();
  #course: Course = REAL_TIME;
  #limitMs = Number.POSITIVE_INFINITY;
  #shownMs = Number.NEGATIVE_INFINITY;
  #wake: Timer | undefined;
  #wakeDueMs = Number.POSITIVE_INFINITY;

  constructor(real: Clock = systemClock) {
    this.#real = real;
  }

  now(): number {
    return this.reading().clusterMs;
  }

  /** What it shows, and the real time of the same moment. */
  reading(): ClockReading {
    const realMs = this.#real.now();
    const shownMs = Math.min(timeOnCourse(this.#course, realMs), this.#limitMs);
    if (shownMs > this.#shownMs) this.#shownMs = shownMs;
    return { clusterMs: this.#shownMs, realMs };
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const dueMs = this.now() + Math.max(0, delayMs);
    const timer = this.#timers.add(dueMs, callback);
    if (dueMs < this.#wakeDueMs) this.#arm();
    return timer;
  }

  get course(): Course {
    return this.#course;
  }

  /** Runs on another course from now on, also back to a time that nobody has read. */
  steer(course: Course): void {
    this.#course = course;
    this.#arm();
  }

  /**
   * Holds the clock at `limitMs` until the limit is moved. What it stood still for is not made up for: it goes on from there
   * at its rate. A limit behind what it has shown stops it where it is.
   */
  limit(limitMs: number): void {
    const nowMs = this.now();
    const realMs = this.#real.now();
    // A course that is behind what was shown is waited for, and stays as it is.
    if (timeOnCourse(this.#course, realMs) > this.#limitMs) {
      this.#course = { ...this.#course, realMs, clusterMs: nowMs };
    }
    this.#limitMs = limitMs;
    this.#arm();
  }

  #arm(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
    this.#wakeDueMs = Number.POSITIVE_INFINITY;
    const dueMs = this.#timers.nextDueMs();
    if (dueMs === undefined) return;
    const waitMs = this.#realMsUntil(dueMs);
    if (waitMs === undefined) return;
    this.#wakeDueMs = dueMs;
    this.#wake = this.#real.setTimer(waitMs, () => this.#fire());
  }

  /** Real milliseconds until the clock shows `dueMs`, at most; undefined when it must be steered first. */
  #realMsUntil(dueMs: number): number | undefined {
    const nowMs = this.now();
    if (dueMs <= nowMs) return 0;
    const { clusterMs, expiresMs, rate, realMs, untilMs } = this.#course;
    if (rate === 0 || dueMs > Math.min(this.#limitMs, untilMs ?? dueMs)) return undefined;
    const expired = expiresMs !== undefined && rate > 1 && this.#real.now() >= expiresMs;
    if (expired) return dueMs - timeOnCourse(this.#course, this.#real.now());
    // A course may begin in the future of this process: another machine's clock is ahead.
    const dueRealMs = realMs + (dueMs - clusterMs) / rate;
    return Math.max(0, Math.ceil(dueRealMs - this.#real.now()));
  }

  #fire(): void {
    this.#wake = undefined;
    this.#wakeDueMs = Number.NEGATIVE_INFINITY;
    try {
      this.#timers.runDue(this.now());
    } finally {
      this.#arm();
    }
  }
}
