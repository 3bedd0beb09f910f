import type { ApiClient } from '../apiserver/client.ts';
import { type Clock, sleep, toRfc3339Micro } from '../lib/clock.ts';
import { deepEqual } from '../lib/deep-equal.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Random } from '../lib/random.ts';
import { isApiError } from '../scheme/errors.ts';
import { coordinationLeases } from '../scheme/generated/resources.ts';
import type { Lease, LeaseSpec } from '../scheme/generated/types/coordination-v1.ts';
import type { EventRecorder } from './event-recorder.ts';

/** Waits between attempts to acquire are stretched by up to this factor, so that contenders do not move in step. */
const ACQUIRE_JITTER_FACTOR = 1.2;

const REASON_LEADER_ELECTION = 'LeaderElection';

export interface LeaderElectorOptions {
  readonly client: Pick<ApiClient, 'get' | 'create' | 'update'>;
  /** The Lease, one per role: `kube-system/orrery-scheduler`. */
  readonly namespace: string;
  readonly name: string;
  /**
   * Names this contender. One that comes back under the same identity, a restarted process for instance, takes its lease
   * back at once instead of waiting for it to run out; so no two processes may share one.
   */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Is told, on the Lease, who became leader and who leads no more. */
  readonly events: Pick<EventRecorder, 'record'>;
  /** How long others wait after the last renewal that they saw. @default 15 */
  readonly leaseDurationSeconds?: number;
  /** How long the holder tries to renew before it gives up. @default 10_000 */
  readonly renewDeadlineMs?: number;
  /** Between attempts. @default 2_000 */
  readonly retryPeriodMs?: number;
}

/** What leading means. */
export interface LeaderRole {
  /**
   * Called when the lease is acquired.
   * @param isHeld Whether the term goes on, by the clock: to be asked before each write, because a process that stood still
   * does not know by anything else that others have taken the lease meanwhile.
   */
  start(isHeld: () => boolean): Promise<void>;
  /** Called when it is lost or about to be released; until it resolves, the elector does not contend again. */
  stop(): Promise<void>;
}

/**
 * Keeps a role in one process at a time, by a Lease. A contender never compares the holder's clock with its own: it takes
 * the lease once what the Lease says has not changed for its duration, measured on its own clock from the moment it saw the
 * last change. A label or an annotation that somebody sets on the Lease is no renewal. The holder stops its role before that: it gives up when it could not renew within the renew deadline, and from
 * that moment it does not count as leader, whether or not it has got round to stopping. What it began to write before has the
 * rest of the lease to arrive.
 */
export class LeaderElector {
  readonly #options: Required<LeaderElectorOptions>;
  #observed: Lease | undefined;
  #observedAtMs = 0;
  #leading = false;
  /** When the write began by which the lease was last acquired or renewed. */
  #renewedAtMs = 0;

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      leaseDurationSeconds: 15,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      ...options,
    };
  }

  get isLeader(): boolean {
    const { clock, renewDeadlineMs } = this.#options;
    return this.#leading && clock.now() - this.#renewedAtMs < renewDeadlineMs;
  }

  /** Contends and leads, again and again, until `signal` aborts; resolves when the role is stopped and released. */
  async run(role: LeaderRole, signal: AbortSignal): Promise<void> {
    const { clock, identity, logger, name, retryPeriodMs } = this.#options;
    while (await this.#acquire(signal)) {
      logger.info('leader lease acquired', { lease: name, identity });
      this.#record('became leader');
      const failed = await this.#lead(role, signal);
      this.#record('stopped leading');
      if (signal.aborted || failed) await this.#release();
      else logger.warn('leader lease lost', { lease: name, identity });
      if (failed) await sleep(clock, retryPeriodMs, signal);
    }
  }

  /** Returns when the term is over and the role is stopped; true when the role failed to start. */
  async #lead(role: LeaderRole, signal: AbortSignal): Promise<boolean> {
    const { logger, name } = this.#options;
    const term = new AbortController();
    const endTerm = (): void => term.abort();
    signal.addEventListener('abort', endTerm, { once: true });
    if (signal.aborted) endTerm();
    let failed = false;
    const started = role
      .start(() => !term.signal.aborted && this.isLeader)
      .catch((thrown: unknown) => {
        logger.error('leader failed to start', { lease: name, error: toError(thrown) });
        failed = true;
        endTerm();
      });
    await this.#renewUntilLost(term.signal);
    this.#leading = false;
    signal.removeEventListener('abort', endTerm);
    await role.stop();
    await started;
    return failed;
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      const startedAtMs = clock.now();
      if (await this.#tryAcquireOrRenew()) {
        this.#renewedAtMs = startedAtMs;
        this.#leading = true;
        return true;
      }
      await sleep(clock, retryPeriodMs * (1 + random() * ACQUIRE_JITTER_FACTOR), signal);
    }
    return false;
  }

  async #renewUntilLost(signal: AbortSignal): Promise<void> {
    const { clock, renewDeadlineMs, retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      await sleep(clock, retryPeriodMs, signal);
      if (signal.aborted) return;
      const startedAtMs = clock.now();
      // A renewal that hangs must not keep the role past its deadline.
      const leftMs = this.#renewedAtMs + renewDeadlineMs - startedAtMs;
      // A process that stood still gives up: what its role worked on may be another's by now.
      if (leftMs <= 0) return;
      if (await this.#within(leftMs, this.#tryAcquireOrRenew(), signal)) {
        this.#renewedAtMs = startedAtMs;
      } else if (!this.isLeader || this.#heldByOther()) return;
    }
  }

  /** Whether `attempt` succeeded; false as soon as the time is up or `signal` aborts. */
  async #within(limitMs: number, attempt: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const end = (): void => over.abort();
    signal.addEventListener('abort', end, { once: true });
    const late = sleep(this.#options.clock, limitMs, over.signal).then(() => false);
    const renewed = await Promise.race([attempt, late]);
    signal.removeEventListener('abort', end);
    end();
    return renewed;
  }

  /** One try, as acquiring and renewing are the same write. False when another holds the lease, or on any failure. */
  async #tryAcquireOrRenew(): Promise<boolean> {
    const { client, clock, logger, name, namespace } = this.#options;
    try {
      // The holder writes on what it wrote last, without reading; a Conflict makes it read at the next try.
      if (!(this.#leading && this.#observed)) {
        this.#observe(await client.get(coordinationLeases, { namespace, name }));
        if (this.#heldByOther() && clock.now() < this.#observedEndMs()) return false;
      }
      const lease = this.#observed as Lease;
      this.#observe(
        await client.update(coordinationLeases, { ...lease, spec: this.#claim(lease.spec) }),
      );
      return true;
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound')) return this.#createLease();
      if (isApiError(thrown, 'Conflict')) await this.#readAgain();
      else logger.warn('leader lease not reachable', { lease: name, error: toError(thrown) });
      return false;
    }
  }

  async #createLease(): Promise<boolean> {
    const { client, logger, name, namespace } = this.#options;
    try {
      this.#observe(
        await client.create(coordinationLeases, {
          metadata: { namespace, name },
          spec: this.#claim(undefined),
        }),
      );
      return true;
    } catch (thrown) {
      // Someone else was faster: the next try reads what they wrote.
      if (!isApiError(thrown, 'AlreadyExists')) {
        logger.warn('leader lease not created', { lease: name, error: toError(thrown) });
      }
      return false;
    }
  }

  async #readAgain(): Promise<void> {
    const { client, name, namespace } = this.#options;
    try {
      this.#observe(await client.get(coordinationLeases, { namespace, name }));
    } catch {
      // Ignored: the next try reads it anyway.
      this.#observed = undefined;
    }
  }

  #observe(lease: Lease): void {
    const isNews = !this.#observed || !deepEqual(this.#observed.spec, lease.spec);
    if (isNews) this.#observedAtMs = this.#options.clock.now();
    this.#observed = lease;
  }

  #record(what: string): void {
    const { events, identity } = this.#options;
    if (!this.#observed) return;
    const message = `${identity} ${what}`;
    events.record(this.#observed, { type: 'Normal', reason: REASON_LEADER_ELECTION, message });
  }

  #observedEndMs(): number {
    return this.#observedAtMs + (this.#observed?.spec?.leaseDurationSeconds ?? 0) * 1_000;
  }

  #heldByOther(): boolean {
    const holder = this.#observed?.spec?.holderIdentity ?? '';
    return holder !== '' && holder !== this.#options.identity;
  }

  #claim(previous: LeaseSpec | undefined): LeaseSpec {
    const { clock, identity, leaseDurationSeconds } = this.#options;
    const now = toRfc3339Micro(clock.now());
    const held = previous?.holderIdentity === identity;
    const transitions = previous?.leaseTransitions ?? 0;
    return {
      ...previous,
      holderIdentity: identity,
      leaseDurationSeconds,
      renewTime: now,
      acquireTime: held ? previous.acquireTime : now,
      leaseTransitions: held || previous === undefined ? transitions : transitions + 1,
    };
  }

  /** Lets the next contender in without waiting for the lease to run out. */
  async #release(): Promise<void> {
    const lease = this.#observed;
    if (!lease || this.#heldByOther()) return;
    const { client, clock, logger, name } = this.#options;
    const now = toRfc3339Micro(clock.now());
    try {
      await client.update(coordinationLeases, {
        ...lease,
        spec: {
          ...lease.spec,
          holderIdentity: '',
          leaseDurationSeconds: 1,
          renewTime: now,
          acquireTime: now,
        },
      });
    } catch (thrown) {
      logger.info('leader lease not released, it runs out by itself', {
        lease: name,
        error: toError(thrown),
      });
    }
  }
}
