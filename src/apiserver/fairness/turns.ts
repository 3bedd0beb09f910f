/**
 * Whose request is read next. Before anybody knows what a request asks for it has cost its share of this process already: its
 * body is read, its document parsed. So few are let in at once, and fairly: a client that sends a hundred at once has the
 * hundred wait behind each other, not everybody else behind them.
 */
import type { Clock, Timer } from '../../lib/clock.ts';
import { FairQueues, type Seat } from './fair-queues.ts';

/** Enough to fill a group commit while the one before is under way, and so few that all of them take a few milliseconds. */
const MAX_TURNS = 16;
/** Who takes longer than this, in milliseconds, waits for others (the database, a webhook) and not for this process. */
const MAX_TURN_MS = 50;
const QUEUING = { queues: 128, handSize: 6, queueLengthLimit: 100 };

export interface TurnsOptions {
  readonly clock: Clock;
  /** How long a request waits for its turn at most, in milliseconds. */
  readonly maxWaitMs: number;
}

export class Turns {
  readonly #clock: Clock;
  readonly #queues: FairQueues;
  /** Those under way, from the oldest on, and when each began. */
  readonly #begun = new Map<Seat, number>();
  #taken = 0;
  #timer: Timer | undefined;

  constructor({ clock, maxWaitMs }: TurnsOptions) {
    this.#clock = clock;
    this.#queues = new FairQueues({
      clock,
      maxWaitMs,
      take: () => {
        if (this.#taken >= MAX_TURNS) return false;
        this.#taken++;
        return true;
      },
      give: () => {
        this.#taken--;
        if (this.#queues.waiting > 0) this.#queues.dispatch();
      },
    });
    this.#queues.configure(QUEUING);
  }

  /** A turn, at once or when it has come. Throws, or rejects, with `FlowRefusedError`. */
  enter(flow: string): Seat | Promise<Seat> {
    const entered = this.#queues.enter({ flow, width: 1 });
    if (!(entered instanceof Promise)) return this.#begin(entered);
    this.#watch();
    return entered.then((seat) => this.#begin(seat));
  }

  #begin(seat: Seat): Seat {
    this.#begun.set(seat, this.#clock.now());
    return {
      leave: () => {
        this.#begun.delete(seat);
        seat.leave();
      },
    };
  }

  /** As long as anybody waits, the turns that take too long are ended for them. */
  #watch(): void {
    this.#timer ??= this.#clock.setTimer(MAX_TURN_MS, () => {
      this.#timer = undefined;
      this.#endLongTurns();
      if (this.#queues.waiting > 0) this.#watch();
    });
  }

  #endLongTurns(): void {
    const latest = this.#clock.now() - MAX_TURN_MS;
    for (const [seat, beganMs] of this.#begun) {
      if (beganMs > latest) return;
      this.#begun.delete(seat);
      seat.leave();
    }
  }
}
