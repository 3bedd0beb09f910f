import { LRUCache } from 'lru-cache';
import type { Clock, Timer } from '../../lib/clock.ts';
import { dealHand } from './shuffle-sharding.ts';

/** How the requests of a priority level wait; undefined when they do not, and are refused. */
export interface Queuing {
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

export type Refusal = 'concurrency-limit' | 'queue-full' | 'time-out' | 'cancelled';

/** Why a request may not be served. */
export class FlowRefusedError extends Error {
  override readonly name = 'FlowRefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

/** A request that is being served: {@link leave} gives its seats back, once. */
export interface Seat {
  leave(): void;
}

export interface FairQueuesOptions {
  readonly clock: Clock;
  /** How long a request waits at most, in milliseconds. */
  readonly maxWaitMs: number;
  /** Takes seats for a request; false when there are not enough. */
  readonly take: (width: number) => boolean;
  /** Gives them back; whoever waits for them is let in by {@link FairQueues.dispatch}. */
  readonly give: (width: number) => void;
}

export interface EnterOptions {
  /** Whose request it is: requests of one flow share what others leave them. */
  readonly flow: string;
  /** How many seats it takes. */
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a request is taken to cost until it is known, in milliseconds of a seat; and the least that it does cost. */
const EXPECTED_MS = 5;
const LEAST_MS = 0.1;
const MAX_KNOWN_HANDS = 10_000;

interface Waiting {
  readonly flow: string;
  readonly width: number;
  readonly admit: (queue: Queue) => void;
}

/** `virtualStart`: how much service the queue has had, against the others: the one that has had least is next. */
interface Queue {
  waiting: Waiting[];
  virtualStart: number;
  lastServed: number;
  executing: number;
}

const newQueue = (): Queue => ({ waiting: [], virtualStart: 0, lastServed: 0, executing: 0 });

/**
 * Fair queuing: among the queues with somebody waiting, the one is served next that has had the least service, measured in
 * seat-milliseconds, so that a flow gets as much as any other however much it asks for. A request is charged what it is
 * expected to cost when it begins, and the difference when it ends.
 */
export class FairQueues {
  readonly #options: FairQueuesOptions;
  #queuing: Queuing | undefined;
  #queues: Queue[] = [];
  readonly #hands = new LRUCache<string, readonly number[]>({ max: MAX_KNOWN_HANDS });
  #waiting = 0;
  #virtualTime = 0;
  #sequence = 0;

  constructor(options: FairQueuesOptions) {
    this.#options = options;
    this.configure(undefined);
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Those who wait go on waiting, in queues of the new number. */
  configure(queuing: Queuing | undefined): void {
    const previous = this.#queuing;
    this.#queuing = queuing;
    if (
      this.#queues.length > 0 &&
      previous?.queues === queuing?.queues &&
      previous?.handSize === queuing?.handSize
    )
      return;
    const moved = this.#queues.flatMap(({ waiting }) => waiting);
    this.#hands.clear();
    this.#queues = Array.from({ length: queuing?.queues ?? 1 }, newQueue);
    for (const request of moved) this.#choose(request.flow).waiting.push(request);
  }

  /** A seat, at once or when its turn comes. Throws, or rejects, with {@link FlowRefusedError}. */
  enter(options: EnterOptions): Seat | Promise<Seat> {
    const { flow, signal, width } = options;
    const queue = this.#choose(flow);
    if (this.#waiting === 0 && this.#options.take(width)) return this.#serve(queue, width);
    if (!this.#queuing) throw new FlowRefusedError('concurrency-limit');
    if (queue.waiting.length >= this.#queuing.queueLengthLimit) {
      throw new FlowRefusedError('queue-full');
    }
    if (signal?.aborted) throw new FlowRefusedError('cancelled');
    return this.#wait(queue, options);
  }

  /** Lets in whoever there are seats for. */
  dispatch(): void {
    while (this.#waiting > 0) {
      const queue = this.#next();
      const [first] = queue.waiting;
      // The next one is waited for, however wide it is: else a wide request would never come to its turn.
      if (!first || !this.#options.take(first.width)) return;
      queue.waiting.shift();
      this.#waiting--;
      first.admit(queue);
    }
  }

  #wait(queue: Queue, { flow, signal, width }: EnterOptions): Promise<Seat> {
    this.#catchUp(queue);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const request: Waiting = {
        flow,
        width,
        admit: (from) => {
          settle();
          resolve(this.#serve(from, width));
        },
      };
      const refuse = (refusal: Refusal): void => {
        settle();
        this.#remove(request);
        reject(new FlowRefusedError(refusal));
        // It may have been what the others waited behind.
        this.dispatch();
      };
      const onAbort = (): void => refuse('cancelled');
      const { clock, maxWaitMs } = this.#options;
      const timer: Timer = clock.setTimer(maxWaitMs, () => refuse('time-out'));
      signal?.addEventListener('abort', onAbort, { once: true });
      queue.waiting.push(request);
      this.#waiting++;
    });
  }

  #remove(request: Waiting): void {
    const queue = this.#queues.find(({ waiting }) => waiting.includes(request));
    if (!queue) return;
    queue.waiting.splice(queue.waiting.indexOf(request), 1);
    this.#waiting--;
  }

  /** Who was away is owed nothing for that time. */
  #catchUp(queue: Queue): void {
    if (queue.waiting.length > 0 || queue.executing > 0) return;
    queue.virtualStart = Math.max(queue.virtualStart, this.#virtualTime);
  }

  #serve(queue: Queue, width: number): Seat {
    const { clock } = this.#options;
    this.#catchUp(queue);
    this.#virtualTime = Math.max(this.#virtualTime, queue.virtualStart);
    queue.virtualStart += width * EXPECTED_MS;
    queue.lastServed = ++this.#sequence;
    queue.executing += width;
    const startedMs = clock.now();
    let isOver = false;
    return {
      leave: () => {
        if (isOver) return;
        isOver = true;
        const costMs = Math.max(LEAST_MS, clock.now() - startedMs);
        queue.virtualStart += width * (costMs - EXPECTED_MS);
        queue.executing -= width;
        this.#options.give(width);
      },
    };
  }

  /** The queue whose next request would be served first if all were served at once. */
  #next(): Queue {
    let best: Queue | undefined;
    for (const queue of this.#queues) {
      if (queue.waiting.length > 0 && (!best || isBefore(queue, best))) best = queue;
    }
    return best as Queue;
  }

  /** Of the queues of the flow's hand, the one with the least before it. */
  #choose(flow: string): Queue {
    const { handSize = 1, queues = 1 } = this.#queuing ?? {};
    let hand = this.#hands.get(flow);
    if (!hand) {
      hand = queues === 1 ? [0] : dealHand(flow, queues, handSize);
      this.#hands.set(flow, hand);
    }
    let best = this.#queues[hand[0] ?? 0] as Queue;
    for (const index of hand) {
      const queue = this.#queues[index] as Queue;
      if (lengthOf(queue) < lengthOf(best)) best = queue;
    }
    return best;
  }
}

const lengthOf = ({ waiting, executing }: Queue): number => waiting.length + executing;

function finishOf({ virtualStart, waiting }: Queue): number {
  return virtualStart + (waiting[0]?.width ?? 0) * EXPECTED_MS;
}

function isBefore(a: Queue, b: Queue): boolean {
  const difference = finishOf(a) - finishOf(b);
  return difference === 0 ? a.lastServed < b.lastServed : difference < 0;
}
