/**
 * API priority and fairness: which requests are served at once, which wait for their turn, which are refused.
 *
 * A request belongs to a flow (a FlowSchema, and the user or the namespace in it), a flow to a priority level. A level has a
 * share of the server's seats, may borrow what others lend, and serves its flows fairly. FlowSchemas and
 * PriorityLevelConfigurations decide, as they are now; without them the mandatory ones do.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { MetricRegistry } from '../../lib/metrics.ts';
import { type ApiError, tooManyRequests } from '../../scheme/errors.ts';
import type {
  FlowSchema,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
} from '../../scheme/generated/types/flowcontrol-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectStore } from '../../store/store.ts';
import type { Action } from '../authorization/authorizer.ts';
import { CacheFollower } from '../cache-follower.ts';
import type { UserInfo } from '../client.ts';
import {
  CATCH_ALL,
  DEFAULT_FLOW_SCHEMAS,
  DEFAULT_PRIORITY_LEVELS,
  EXEMPT,
} from './default-flows.ts';
import { FairQueues, FlowRefusedError, type Refusal, type Seat } from './fair-queues.ts';
import { FlowMetrics, type LevelReading } from './flow-metrics.ts';
import { matchesFlowSchema } from './flow-schema-matcher.ts';
import { type LevelSeats, SeatPool, type SeatShare } from './seat-pool.ts';
import { Turns } from './turns.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
/** After how long a refused client should come back. */
const RETRY_AFTER_SECONDS = 1;
const FREE: Seat = { leave: () => undefined };

export interface FlowControlOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The seats of this server, shared by all levels. */
  readonly maxRequestsInFlight: number;
  /** How long a request waits for its turn at most, in milliseconds. */
  readonly maxWaitMs: number;
  /** Gets figures of who waits and who is refused. @default nobody */
  readonly metrics?: MetricRegistry | undefined;
}

/** A request, as far as it matters whose it is and how much it costs. */
export interface FlowRequest {
  readonly user: UserInfo;
  readonly action: Action;
  /** How many seats it takes. */
  readonly width: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where a request belongs. */
interface Classified {
  readonly schema: string;
  readonly level: string;
  readonly flow: string;
}

/** How many sorts of requests of one user are remembered. */
const MAX_KNOWN_ACTIONS = 1_000;

/** What flow schemas look at: actions with equal keys are of one flow. */
function keyOfAction(action: Action): string {
  if ('path' in action) return `${action.verb} ${action.path}`;
  const { namespace = '', resource, subresource = '', verb } = action;
  return `${verb} ${resource.group}/${resource.resource}/${subresource} ${namespace}`;
}

interface Level {
  readonly spec: PriorityLevelConfigurationSpec;
  readonly seats: LevelSeats;
  readonly queues: FairQueues;
}

export class FlowControl {
  readonly #options: FlowControlOptions;
  readonly #pool = new SeatPool();
  readonly #turns: Turns;
  readonly #levels = new Map<string, Level>();
  readonly #schemas = new Map<string, FlowSchema>();
  /** What has been worked out with these schemas and levels, by user. */
  #known = new WeakMap<UserInfo, Map<string, Classified>>();
  /** By precedence, then name. */
  #ordered: readonly FlowSchema[] = [];
  readonly #followers: readonly CacheFollower<ApiObject>[];
  readonly #metrics: FlowMetrics | undefined;

  constructor(options: FlowControlOptions) {
    this.#options = options;
    this.#metrics = options.metrics && new FlowMetrics(options.metrics, () => this.#readings());
    this.#turns = new Turns(options);
    for (const { metadata, spec } of DEFAULT_PRIORITY_LEVELS) {
      const { name = '' } = metadata;
      if (spec && (name === EXEMPT || name === CATCH_ALL)) this.#putLevel(name, spec);
    }
    for (const schema of DEFAULT_FLOW_SCHEMAS) {
      const { name = '' } = schema.metadata;
      if (name === EXEMPT || name === CATCH_ALL) this.#putSchema(name, schema as FlowSchema);
    }
    this.#share();
    this.#followers = [
      this.#follow<PriorityLevelConfiguration>('prioritylevelconfigurations', (name, level) => {
        if (level?.spec) this.#putLevel(name, level.spec);
        else this.#removeLevel(name);
        this.#share();
      }),
      this.#follow<FlowSchema>('flowschemas', (name, schema) => this.#putSchema(name, schema)),
    ];
  }

  async start(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.start()));
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
  }

  /** Which flow schema a request goes by, and which priority level. Remembered, because it is asked of every request. */
  classify({ action, user }: Pick<FlowRequest, 'action' | 'user'>): Classified {
    let known = this.#known.get(user);
    if (!known || known.size >= MAX_KNOWN_ACTIONS) {
      known = new Map();
      this.#known.set(user, known);
    }
    const key = keyOfAction(action);
    const classified = known.get(key) ?? this.#classify(user, action);
    known.set(key, classified);
    return classified;
  }

  #classify(user: UserInfo, action: Action): Classified {
    const found = this.#ordered.find((schema) => matchesFlowSchema(schema, user, action));
    const schema = found?.metadata.name ?? CATCH_ALL;
    const wanted = found?.spec?.priorityLevelConfiguration.name ?? CATCH_ALL;
    const level = this.#levels.has(wanted) ? wanted : CATCH_ALL;
    const by = found ? found.spec?.distinguisherMethod?.type : 'ByUser';
    const distinguisher =
      by === 'ByUser'
        ? user.name
        : by === 'ByNamespace' && 'namespace' in action
          ? action.namespace
          : '';
    return { schema, level, flow: `${schema}\0${distinguisher ?? ''}` };
  }

  /** A seat for the request, at once where there is one. @throws {ApiError} TooManyRequests; rejects with it as well */
  enter(request: FlowRequest): Seat | Promise<Seat> {
    const { flow, level: name } = this.classify(request);
    const level = this.#levels.get(name);
    if (!level || level.spec.type === 'Exempt') return FREE;
    const width = Math.min(request.width, level.seats.widest);
    return this.#orRefuse(name, () => level.queues.enter({ flow, width, signal: request.signal }));
  }

  /**
   * A turn to be read and answered, for a request of which no more is known than who sends it and where to; beside the seats
   * that the calls take which it turns out to make.
   * @throws {ApiError} TooManyRequests; rejects with it as well
   */
  enterDoor(user: UserInfo, path: string): Seat | Promise<Seat> {
    const { flow, level } = this.classify({ user, action: { verb: 'post', path } });
    if (this.#levels.get(level)?.spec.type === 'Exempt') return FREE;
    return this.#orRefuse(level, () => this.#turns.enter(flow));
  }

  /** @throws {ApiError} TooManyRequests where `enter` refuses; rejects with it as well */
  #orRefuse(level: string, enter: () => Seat | Promise<Seat>): Seat | Promise<Seat> {
    try {
      const seat = enter();
      return seat instanceof Promise
        ? seat.catch((thrown) => Promise.reject(this.#refuse(level, thrown)))
        : seat;
    } catch (thrown) {
      throw this.#refuse(level, thrown);
    }
  }

  #refuse(level: string, thrown: unknown): unknown {
    if (!(thrown instanceof FlowRefusedError)) return thrown;
    this.#metrics?.refused(level, thrown.refusal);
    return busy(level, thrown.refusal);
  }

  #readings(): readonly LevelReading[] {
    return [...this.#levels].map(([level, { queues, seats }]) => ({
      level,
      nominalSeats: seats.share.nominal,
      seatsInUse: seats.inUse,
      waiting: queues.waiting,
    }));
  }

  #putSchema(name: string, schema: FlowSchema | undefined): void {
    if (schema) this.#schemas.set(name, schema);
    else this.#schemas.delete(name);
    this.#ordered = [...this.#schemas.values()].sort(byPrecedence);
    this.#known = new WeakMap();
  }

  #putLevel(name: string, spec: PriorityLevelConfigurationSpec): void {
    const known = this.#levels.get(name);
    const seats = known?.seats ?? this.#pool.add();
    const queues = known?.queues ?? this.#createQueues(seats);
    queues.configure(queuingOf(spec));
    this.#levels.set(name, { spec, seats, queues });
    this.#known = new WeakMap();
  }

  #createQueues(seats: LevelSeats): FairQueues {
    const { clock, maxWaitMs } = this.#options;
    return new FairQueues({
      clock,
      maxWaitMs,
      take: (width) => seats.take(width),
      give: (width) => {
        seats.give(width);
        this.#dispatch();
      },
    });
  }

  /** The mandatory levels go on without their objects. Whoever waits in one that goes is served to the end. */
  #removeLevel(name: string): void {
    const level = this.#levels.get(name);
    if (!level || name === EXEMPT || name === CATCH_ALL) return;
    this.#levels.delete(name);
    this.#known = new WeakMap();
    if (level.queues.waiting === 0 && level.seats.inUse === 0) this.#pool.remove(level.seats);
  }

  /** Shares the seats among the levels anew. */
  #share(): void {
    const levels = [...this.#levels.values()];
    const total = levels.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
    for (const { seats, spec } of levels) {
      seats.share = shareOf(spec, this.#options.maxRequestsInFlight, total);
    }
    this.#dispatch();
  }

  /** A seat that one level gives back may be what another waits for. */
  #dispatch(): void {
    for (const { queues } of this.#levels.values()) if (queues.waiting > 0) queues.dispatch();
  }

  #follow<T extends ApiObject>(
    resource: string,
    onChange: (name: string, next: T | undefined) => void,
  ): CacheFollower<ApiObject> {
    const { logger, store } = this.#options;
    return new CacheFollower<ApiObject>({
      store,
      logger,
      resource: { group: GROUP, resource },
      onChange: (previous, next) =>
        onChange((next ?? previous)?.metadata.name ?? '', next as T | undefined),
    });
  }
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const difference = (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0);
  if (difference !== 0) return difference;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

const DEFAULT_SHARES = 30;

function sharesOf({ exempt, limited, type }: PriorityLevelConfigurationSpec): number {
  if (type === 'Exempt') return exempt?.nominalConcurrencyShares ?? 0;
  return limited?.nominalConcurrencyShares ?? DEFAULT_SHARES;
}

function shareOf(spec: PriorityLevelConfigurationSpec, seats: number, total: number): SeatShare {
  const nominal = total === 0 ? 0 : Math.ceil((seats * sharesOf(spec)) / total);
  const { lendablePercent = 0 } = (spec.type === 'Exempt' ? spec.exempt : spec.limited) ?? {};
  const borrowingPercent = spec.limited?.borrowingLimitPercent;
  return {
    nominal,
    lendable: Math.round((nominal * lendablePercent) / 100),
    borrowable:
      borrowingPercent === undefined
        ? Number.POSITIVE_INFINITY
        : Math.round((nominal * borrowingPercent) / 100),
  };
}

const DEFAULT_QUEUING = { queues: 64, handSize: 8, queueLengthLimit: 50 };

function queuingOf({ limited }: PriorityLevelConfigurationSpec) {
  const { queuing, type } = limited?.limitResponse ?? {};
  return type === 'Queue' ? { ...DEFAULT_QUEUING, ...queuing } : undefined;
}

function busy(level: string, refusal: Refusal): ApiError {
  return tooManyRequests(
    `too many requests, please try again in ${RETRY_AFTER_SECONDS} s: the priority level "${level}" is busy (${refusal})`,
    RETRY_AFTER_SECONDS,
  );
}
