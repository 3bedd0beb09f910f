/**
 * The clock of the cluster, as the processes of a control plane agree on it.
 *
 * One object in the store says what is wanted and the line that all clocks run on; it is no object of the API. Every process
 * follows it by the log and computes the time by itself, so that they agree as far as their machines' clocks do. Who cannot
 * keep up holds its own clock (`lib/clock-governor.ts`) and lays the line anew from where it is; the others wait for it. A
 * line faster than real time is laid anew all the time and ends soon by itself: a killed control plane goes on from a time
 * that is not before anything it has shown, and what passes while none runs is real time; a paused clock stands meanwhile.
 */
import { type Clock, sleep, type Timer } from '../../lib/clock.ts';
import { ClockGovernor } from '../../lib/clock-governor.ts';
import { toError } from '../../lib/errors.ts';
import { Gate } from '../../lib/gate.ts';
import type { Logger } from '../../lib/logger.ts';
import type { SteerableClock } from '../../lib/steerable-clock.ts';
import { timeOnCourse } from '../../lib/steerable-clock.ts';
import type { WorkGauge } from '../../lib/work-gauge.ts';
import { type ApiError, isApiError } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectStore, StoreWrite } from '../../store/store.ts';
import { CacheFollower } from '../cache-follower.ts';
import {
  type ClockChange,
  type ClockIntent,
  type ClockState,
  changeIntent,
  isStepOver,
  layCourse,
  MAX_SHARED_SPEED,
  MAX_SPEED,
  mayFallBehind,
  pointAhead,
  REAL_TIME_STATE,
  wantedRate,
} from './clock-state.ts';

/** What a cluster's clock shows, and how it runs. */
export interface ClusterTime extends ClockIntent {
  readonly clusterMs: number;
  readonly realMs: number;
  /** How fast it really runs: below what is wanted where the cluster cannot keep up. */
  readonly effectiveSpeed: number;
}

export interface TimekeeperOptions {
  readonly store: ObjectStore;
  readonly clock: SteerableClock;
  /** Real time. */
  readonly real: Clock;
  /** What this process has to do: what its clock waits for. */
  readonly work: WorkGauge;
  /** How far a fast clock may be ahead of the oldest of it, in the cluster's milliseconds. */
  readonly maxLeadMs: number;
  /** Tells this process from others. */
  readonly identity: string;
  readonly logger: Logger;
}

interface ClockObject extends ApiObject {
  readonly writer: string;
  readonly state: ClockState;
}

/** A name that no custom resource can have. */
const RESOURCE = { group: 'orrery.dev', resource: ':clock' };
const KEY = { ...RESOURCE, namespace: '', name: 'cluster' };

/** Between two looks at a fast clock, in real milliseconds. */
const WATCH_MS = 50;
/** How often its writer lays the line of a fast clock anew. */
const LAY_MS = 250;
/** A line that its writer has not laid anew for so long is anybody's. */
const ABANDONED_MS = 1_000;
/** Who is so far behind the line, in milliseconds of the cluster, lays it anew whoever wrote it. */
const BEHIND_MS = 2_000;
/** What a clock is first tried at. */
const FIRST_RATE = 120;
const MAX_ATTEMPTS = 20;
const RETRY_MS = 20;

export class Timekeeper {
  readonly #options: TimekeeperOptions;
  readonly #follower: CacheFollower<ClockObject>;
  readonly #governor: ClockGovernor;
  #stored: ClockObject | undefined;
  #looked: { readonly realMs: number; readonly clusterMs: number } | undefined;
  #measuredRate: number | undefined;
  /** One line is laid at a time: the clock is held for it. */
  readonly #turns = new Gate(1);
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: TimekeeperOptions) {
    this.#options = options;
    const { logger, store } = options;
    this.#governor = new ClockGovernor(options);
    this.#follower = new CacheFollower<ClockObject>({
      store,
      resource: RESOURCE,
      onChange: (_, next) => this.#adopt(next),
      logger,
    });
  }

  /** Resolves when the clock is what it was left at. The store must have been started. */
  async start(): Promise<void> {
    await this.#follower.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    // What is being written down is heard of first: a governor that hears of it later would look on for ever.
    await this.#turns.run(async () => {
      this.#follower.stop();
      this.#governor.stop();
    });
  }

  get time(): ClusterTime {
    const { paused, speed, stepUntilMs } = this.#state;
    const { rate } = this.#state.course;
    const effectiveSpeed = rate > 1 ? (this.#measuredRate ?? wantedRate(this.#state)) : rate;
    return { ...this.#options.clock.reading(), paused, speed, stepUntilMs, effectiveSpeed };
  }

  /** Steers the clock of every process; resolves when this one's has changed. @throws {ApiError} BadRequest, Conflict */
  async steer(change: ClockChange): Promise<ClusterTime> {
    for (let attempt = 1; ; attempt++) {
      const lost = await this.#turns.run(() => this.#tryToSteer(change));
      if (!lost) return this.time;
      if (attempt === MAX_ATTEMPTS) throw lost;
      await sleep(this.#options.real, RETRY_MS);
    }
  }

  /** @returns how another process was faster */
  async #tryToSteer(change: ClockChange): Promise<ApiError | undefined> {
    const intent = changeIntent(this.#state, change, this.#options.clock.now());
    try {
      await this.#lay(intent, this.#possibleRate(intent, FIRST_RATE));
      return undefined;
    } catch (thrown) {
      if (isApiError(thrown, 'Conflict', 'AlreadyExists')) return thrown;
      throw thrown;
    }
  }

  get #state(): ClockState {
    return this.#stored?.state ?? REAL_TIME_STATE;
  }

  #adopt(next: ClockObject | undefined): void {
    const before = wantedRate(this.#state);
    this.#stored = next;
    if (wantedRate(this.#state) !== before) this.#forgetMeasure();
    // What the clock was held for is written down; held any longer, it would stay behind the line that all others are on.
    if (next?.writer === this.#options.identity) this.#governor.release();
    this.#options.clock.steer(this.#state.course);
    this.#governor.look();
    if (this.#state.course.rate > 1 || this.#isPastLine()) this.#timer ??= this.#watchSoon();
  }

  /** Whether this clock had gone on when another process slowed all of them: what it has shown must stay the past. */
  #isPastLine(): boolean {
    if (!this.#stored) return false;
    const { clusterMs, realMs } = this.#options.clock.reading();
    return clusterMs > timeOnCourse(this.#stored.state.course, realMs);
  }

  #watchSoon(): Timer {
    const { logger, real } = this.#options;
    return real.setTimer(WATCH_MS, () => {
      this.#timer = undefined;
      this.#turns
        .run(() => this.#watch())
        .catch((thrown: unknown) => {
          // Somebody else has laid it.
          if (isApiError(thrown, 'Conflict')) return;
          const error = toError(thrown);
          logger.warn('the line of the cluster clock is not laid anew', { error });
        });
    });
  }

  /** Looks how far a fast clock has come: ends its step, or lays its line anew. */
  async #watch(): Promise<void> {
    const state = this.#state;
    const { rate } = state.course;
    if (this.#stopped || (rate <= 1 && !this.#isPastLine())) {
      this.#forgetMeasure();
      return;
    }
    this.#measure();
    try {
      if (rate <= 1) await this.#lay(state, rate);
      else if (this.#isMineToLay()) await this.#layAnew(state);
    } finally {
      if (!this.#stopped) this.#timer ??= this.#watchSoon();
    }
  }

  /** The next piece of the line or, where its step is over, what was wanted before. */
  async #layAnew(state: ClockState): Promise<void> {
    const { clock, real } = this.#options;
    if (!isStepOver({ ...state, course: clock.course }, real.now())) {
      await this.#lay(state, this.#nextRate());
      return;
    }
    const { paused, speed } = state;
    await this.#lay({ paused, speed }, this.#possibleRate({ paused, speed }, FIRST_RATE));
  }

  #measure(): void {
    const now = this.#options.clock.reading();
    const before = this.#looked;
    if (before && now.realMs < before.realMs + LAY_MS) return;
    this.#looked = now;
    if (!before) return;
    this.#measuredRate = (now.clusterMs - before.clusterMs) / (now.realMs - before.realMs);
  }

  /** What is wanted, but no more than `limit`, and than processes can follow together. */
  #possibleRate(intent: ClockIntent, limit: number): number {
    const shared = this.#options.store.hasPeers() ? MAX_SHARED_SPEED : MAX_SPEED;
    return Math.min(wantedRate(intent), limit, shared);
  }

  #forgetMeasure(): void {
    this.#looked = undefined;
    this.#measuredRate = undefined;
  }

  /** Twice what it came to: a line that nobody can follow would leave a killed cluster far ahead. */
  #nextRate(): number {
    const triedRate = 2 * (this.#measuredRate ?? FIRST_RATE / 2);
    return this.#possibleRate(this.#state, Math.max(2, triedRate));
  }

  #isMineToLay(): boolean {
    const { clock, identity, real } = this.#options;
    const { course, stepUntilMs = Number.POSITIVE_INFINITY } = this.#state;
    const realMs = real.now();
    const ageMs = realMs - course.realMs;
    // The step ends for all where the slowest has come to its end: whoever is behind has become the writer.
    if (this.#stored?.writer === identity) return ageMs >= LAY_MS || clock.now() >= stepUntilMs;
    if (ageMs > ABANDONED_MS) return true;
    return timeOnCourse(course, realMs) - clock.now() > BEHIND_MS;
  }

  async #lay(intent: ClockIntent, rate: number): Promise<void> {
    const { clock, identity, store } = this.#options;
    const { paused, speed, stepUntilMs } = intent;
    // A clock that becomes slower must not go on at its rate while that is written down: a restart would go back.
    const isHeld = mayFallBehind(clock.course, rate, stepUntilMs);
    const point = isHeld ? this.#governor.hold() : pointAhead(clock.reading(), clock.course);
    const course = layCourse(intent, point, rate);
    const object: ClockObject = {
      apiVersion: 'orrery.dev/v1',
      kind: 'Clock',
      metadata: { name: KEY.name },
      writer: identity,
      state: { paused, speed, ...(stepUntilMs === undefined ? {} : { stepUntilMs }), course },
    };
    try {
      await store.commit([this.#write(object)]);
    } finally {
      if (isHeld) this.#governor.release();
    }
  }

  #write(object: ClockObject): StoreWrite {
    const expectedResourceVersion = this.#stored?.metadata.resourceVersion;
    if (expectedResourceVersion === undefined) return { type: 'create', key: KEY, object };
    return { type: 'update', key: KEY, object, expectedResourceVersion };
  }
}
