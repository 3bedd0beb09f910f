/**
 * Event clean-up: Events that have not been seen for an hour are deleted. They go in bulk and in the store's background lane,
 * so that nobody who works waits for it.
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreEvents } from '../../scheme/generated/resources.ts';
import type { Event } from '../../scheme/generated/types/core-v1.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { planSweep } from './plan.ts';

export interface EventCleanerOptions {
  /** How long an Event is kept after it was last seen. @default 3_600_000 */
  readonly eventTtlMs?: number;
}

const DEFAULT_TTL_MS = 3_600_000;
/** Looks are at least this far apart: what expires between two goes with the later one. */
const MIN_SWEEP_MS = 30_000;
const DELETE_CONCURRENCY = 200;
/** The only key. */
const SWEEP = 'sweep';

export function createEventCleanerController({
  eventTtlMs = DEFAULT_TTL_MS,
}: EventCleanerOptions = {}): Controller {
  return {
    name: 'event-cleaner',
    serviceAccount: 'event-cleaner',
    setUp(context) {
      const cleaner = new EventCleaner(context, eventTtlMs);
      return () => cleaner.sweep();
    },
  };
}

class EventCleaner {
  readonly #context: ControllerContext;
  readonly #ttlMs: number;
  readonly #events: Informer<Event>;
  /** Whether a look is to come. */
  #isArmed = false;

  constructor(context: ControllerContext, ttlMs: number) {
    this.#context = context;
    this.#ttlMs = ttlMs;
    this.#events = context.informers.informer(coreEvents);
    this.#events.addHandler({
      onAdd: () => {
        if (this.#isArmed) return;
        this.#isArmed = true;
        context.queue.add(SWEEP);
      },
    });
  }

  async sweep(): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const nowMs = clock.now();
    const { expired, nextMs } = planSweep(this.#events.list(), nowMs, this.#ttlMs);
    this.#isArmed = nextMs !== undefined;
    throwFirst(await concurrently(expired, DELETE_CONCURRENCY, (event) => remove(client, event)));
    return nextMs === undefined ? done : requeueAfter(Math.max(MIN_SWEEP_MS, nextMs - nowMs));
  }
}

async function remove(client: ControllerContext['client'], { metadata }: Event): Promise<void> {
  const { name = '', namespace, resourceVersion = '', uid = '' } = metadata;
  try {
    await client.delete(
      coreEvents,
      { namespace, name },
      { lane: 'background', preconditions: { resourceVersion, uid } },
    );
  } catch (thrown) {
    // Ignored: it is gone, or has just been seen again.
    if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
  }
}
