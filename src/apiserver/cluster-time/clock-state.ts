import { type ClockReading, type Course, timeOnCourse } from '../../lib/steerable-clock.ts';
import { formatGoDuration } from '../../scheme/duration.ts';
import { badRequest, conflict } from '../../scheme/errors.ts';

/** A cluster may run at most at an hour a second; how far it gets is the machine's to say. */
export const MAX_SPEED = 3_600;
/**
 * But where several processes share a clock, at a minute a second: the slowest tells the others within moments that it is behind,
 * and those moments must be less than what nodes may be silent for.
 */
export const MAX_SHARED_SPEED = 60;
/** Slower is hardly told from standing still. */
export const MIN_SPEED = 0.01;
/** A step longer than that is a slip of the pen. */
export const MAX_STEP_MS = 366 * 24 * 3_600_000;

/** What is wanted of a cluster's clock. */
export interface ClockIntent {
  /** Times real time, also of a clock that stands still: what it goes on at. */
  readonly speed: number;
  readonly paused: boolean;
  /** A step is under way: as fast as the cluster keeps up, up to this time, then as before. */
  readonly stepUntilMs?: number | undefined;
}

/** What all processes of a control plane go by: what is wanted, and the line that their clocks run on. */
export interface ClockState extends ClockIntent {
  readonly course: Course;
}

/** One thing to do with a cluster's clock. */
export type ClockChange =
  | { readonly type: 'speed'; readonly speed: number }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step'; readonly stepMs: number };

const CLOCK_NAME = { group: 'orrery.dev', resource: 'clocks', name: 'cluster' };

/** Real time, as a cluster has it that nobody ever steered. */
export const REAL_TIME_STATE: ClockState = {
  speed: 1,
  paused: false,
  course: { realMs: 0, clusterMs: 0, rate: 1 },
};

/** The rate that is wanted, whether or not the cluster keeps up. */
export function wantedRate({ paused, speed, stepUntilMs }: ClockIntent): number {
  if (stepUntilMs !== undefined) return MAX_SPEED;
  return paused ? 0 : speed;
}

/** What is wanted once `change` is made, on a clock that shows `nowMs`. @throws {ApiError} BadRequest, Conflict */
export function changeIntent(intent: ClockIntent, change: ClockChange, nowMs: number): ClockIntent {
  const { paused, speed, stepUntilMs } = intent;
  switch (change.type) {
    case 'pause':
      return { speed, paused: true };
    case 'resume':
      return { speed, paused: false };
    case 'speed':
      assertSpeed(change.speed);
      return { speed: change.speed, paused: false };
    case 'step':
      assertStep(change.stepMs);
      if (stepUntilMs !== undefined && stepUntilMs > nowMs) {
        throw conflict(
          CLOCK_NAME,
          `a step is under way for another ${formatGoDuration(stepUntilMs - nowMs)} of the cluster's time; wait for its end, or end it with pause`,
        );
      }
      return { speed, paused, stepUntilMs: nowMs + change.stepMs };
  }
}

function assertSpeed(speed: number): void {
  if (speed >= MIN_SPEED && speed <= MAX_SPEED) return;
  const advice = speed === 0 ? '; to stop the clock, pause it' : '';
  throw badRequest(
    `speed: ${speed} is not between ${MIN_SPEED} and ${MAX_SPEED} times real time${advice}`,
  );
}

function assertStep(stepMs: number): void {
  if (Number.isInteger(stepMs) && stepMs >= 1 && stepMs <= MAX_STEP_MS) return;
  throw badRequest(
    `step: ${stepMs} milliseconds are not between 1 and ${MAX_STEP_MS} (${formatGoDuration(MAX_STEP_MS)})`,
  );
}

/**
 * How long a course faster than real time holds unless it is laid anew: what a cluster may run on by itself when its control
 * plane is killed or loses its database.
 */
const COURSE_LIFE_MS = 2_000;

/**
 * Whether a clock that goes on as it does may get ahead of a new course: one that is slower, or ends where a step ends.
 * @param rate that of the new course
 */
export function mayFallBehind(course: Course, rate: number, untilMs: number | undefined): boolean {
  return rate < course.rate || (untilMs !== undefined && untilMs !== course.untilMs);
}

/**
 * Where a course may begin that runs at least as fast as the one before, so that it is never behind it however long it takes
 * until clocks go by it. What a clock shows is rounded down, and the course that it is on may be up to a millisecond ahead.
 */
export function pointAhead({ clusterMs, realMs }: ClockReading, { rate }: Course): ClockReading {
  return { realMs, clusterMs: rate === 0 ? clusterMs : clusterMs + 1 };
}

/** A new course from where the clock is, for what is wanted of it. @param rate what it may run at for now */
export function layCourse(
  intent: ClockIntent,
  { realMs, clusterMs }: ClockReading,
  rate: number,
): Course {
  const { stepUntilMs: untilMs } = intent;
  return {
    realMs,
    clusterMs,
    rate,
    ...(rate > 1 ? { expiresMs: realMs + COURSE_LIFE_MS } : {}),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

/** Whether the clock has come to the end of its step at `realMs`. */
export function isStepOver({ course, stepUntilMs }: ClockState, realMs: number): boolean {
  return stepUntilMs !== undefined && timeOnCourse(course, realMs) >= stepUntilMs;
}
