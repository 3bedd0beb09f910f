/**
 * How many requests of one flow are read and answered at once. Before anybody knows what a request asks for it has cost its
 * share of this process already: its body is read, its document parsed. So a client that sends a hundred at once has them
 * wait behind each other, and not everybody else behind them.
 */
import type { Clock, Timer } from '../../lib/clock.ts';
import { FlowRefusedError, type Seat } from './fair-queues.ts';

/** Beside others: so few that all of them take a few milliseconds. */
const MAX_TURNS_BESIDE_OTHERS = 4;
/** Who is alone: enough to fill a group commit while the one before is under way. */
const MAX_TURNS_ALONE = 32;
/** How long the requests of others are remembered, in milliseconds. */
const MEMORY_MS = 1_000;
/** Who takes longer than this, in milliseconds, waits for others (the database, a webhook) and not for this process. */
const MAX_TURN_MS = 50;
/** How many requests of one flow may wait. */
const MAX_WAITING = 500;

export interface TurnsOptions {
  readonly clock: Clock;
  /** How long a request waits for its turn at most, in milliseconds. */
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly sinceMs: number;
  readonly admit: (turn: Seat) => void;
  readonly refuse: (error: FlowRefusedError) => void;
}

/** One with nothing under way and nobody waiting is forgotten. */
interface Flow {
  readonly name: string;
  /** When each turn began, from the oldest on. */
  readonly begun: Map<object, number>;
  readonly waiting: Waiting[];
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #flows = new Map<string, Flow>();
  #waiting = 0;
  #timer: Timer | undefined;
  #latestFlow = '';
  #changedMs = Number.NEGATIVE_INFINITY;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** A turn, at once or when it has come. Throws, or rejects, with `FlowRefusedError`. */
  enter(name: string): Seat | Promise<Seat> {
    const now = this.#options.clock.now();
    if (name !== this.#latestFlow) {
      this.#latestFlow = name;
      this.#changedMs = now;
    }
    const flow: Flow = this.#flows.get(name) ?? { name, begun: new Map(), waiting: [] };
    this.#flows.set(name, flow);
    if (flow.waiting.length === 0 && this.#hasRoom(flow)) return this.#begin(flow);
    if (flow.waiting.length >= MAX_WAITING) throw new FlowRefusedError('queue-full');
    this.#waiting++;
    this.#watch();
    return new Promise((admit, refuse) => {
      flow.waiting.push({ sinceMs: now, admit, refuse });
    });
  }

  #hasRoom({ begun }: Flow): boolean {
    const isAlone = this.#options.clock.now() - this.#changedMs >= MEMORY_MS;
    return begun.size < (isAlone ? MAX_TURNS_ALONE : MAX_TURNS_BESIDE_OTHERS);
  }

  #begin(flow: Flow): Seat {
    const turn = {};
    flow.begun.set(turn, this.#options.clock.now());
    return { leave: () => this.#end(flow, turn) };
  }

  /** Does nothing for one that was ended before. */
  #end(flow: Flow, turn: object): void {
    if (!flow.begun.delete(turn)) return;
    while (flow.waiting.length > 0 && this.#hasRoom(flow)) {
      this.#waiting--;
      flow.waiting.shift()?.admit(this.#begin(flow));
    }
    this.#forgetIdle(flow);
  }

  #forgetIdle({ begun, name, waiting }: Flow): void {
    if (begun.size === 0 && waiting.length === 0) this.#flows.delete(name);
  }

  /** As long as anybody waits, turns that take too long are ended, and those who waited too long are told. */
  #watch(): void {
    this.#timer ??= this.#options.clock.setTimer(MAX_TURN_MS, () => {
      this.#timer = undefined;
      for (const flow of [...this.#flows.values()]) {
        this.#refuseLate(flow);
        this.#endLongTurns(flow);
      }
      if (this.#waiting > 0) this.#watch();
    });
  }

  #endLongTurns(flow: Flow): void {
    const latest = this.#options.clock.now() - MAX_TURN_MS;
    for (const [turn, beganMs] of [...flow.begun]) if (beganMs <= latest) this.#end(flow, turn);
  }

  #refuseLate(flow: Flow): void {
    const { clock, maxWaitMs } = this.#options;
    const latest = clock.now() - maxWaitMs;
    while ((flow.waiting[0]?.sinceMs ?? Number.POSITIVE_INFINITY) <= latest) {
      this.#waiting--;
      flow.waiting.shift()?.refuse(new FlowRefusedError('time-out'));
    }
    this.#forgetIdle(flow);
  }
}
