/**
 * Answers where Pods would go, without creating any: the plugins of a scheduler's profiles on a cluster cache of its own, which
 * is filled when somebody first asks and dropped when nobody has for a while.
 *
 * Invariant: it stores nothing, and no part of it is shared with the scheduler that places Pods.
 */
import type { Clock, Timer } from '../../lib/clock.ts';
import { Gate } from '../../lib/gate.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { SchedulingSimulation } from '../../scheme/scheduling/simulation.ts';
import { Pace } from './pace.ts';
import { type Question, simulate } from './simulate.ts';
import { SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';

export interface SchedulingSimulatorOptions extends SimulatedClusterOptions {
  /** Real time: memory is given back after a while of it. */
  readonly ioClock: Clock;
  /** How long one answer may take, in milliseconds of real time. @default 10_000 */
  readonly timeLimitMs?: number;
}

/** Questions are answered one after the other; with so many in line, more are turned away. */
const MAX_IN_LINE = 16;
const DEFAULT_TIME_LIMIT_MS = 10_000;
const IDLE_MS = 5 * 60_000;

export class SchedulingSimulator {
  readonly #options: SchedulingSimulatorOptions;
  readonly #gate = new Gate(1);
  #inLine = 0;
  #cluster: SimulatedCluster | undefined;
  #idle: Timer | undefined;
  #isStopped = false;

  constructor(options: SchedulingSimulatorOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} TooManyRequests; BadRequest for a Pod of a profile that is not known */
  async simulate(question: Question): Promise<SchedulingSimulation> {
    if (this.#inLine >= MAX_IN_LINE) {
      throw new ApiError('TooManyRequests', 'too many simulations are waiting: try again later');
    }
    this.#inLine++;
    try {
      return await this.#gate.run(() => this.#answer(question));
    } finally {
      this.#inLine--;
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#drop();
  }

  async #answer(question: Question): Promise<SchedulingSimulation> {
    const startMs = performance.now();
    question.signal?.throwIfAborted();
    this.#idle?.cancel();
    const cluster = await this.#open();
    try {
      const pace = new Pace(this.#options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS);
      await cluster.update(pace);
      const simulation = await simulate(cluster, question, pace);
      return { ...simulation, durationMs: performance.now() - startMs };
    } finally {
      this.#idle = this.#options.ioClock.setTimer(IDLE_MS, () => this.#drop());
      if (this.#isStopped) this.#drop();
    }
  }

  async #open(): Promise<SimulatedCluster> {
    if (this.#cluster) return this.#cluster;
    const cluster = new SimulatedCluster(this.#options);
    this.#cluster = cluster;
    try {
      await cluster.start();
    } catch (thrown) {
      this.#drop();
      throw thrown;
    }
    return cluster;
  }

  #drop(): void {
    this.#idle?.cancel();
    this.#cluster?.stop();
    this.#cluster = undefined;
  }
}
