import type { SchedulingDecision } from '../../scheme/scheduling/decision.ts';
import { appendDecisions } from '../postgres/queries/append-decisions.ts';
import {
  type DecisionBounds,
  expireDecisions,
  trimDecisions,
} from '../postgres/queries/expire-decisions.ts';
import { type DecisionQuery, readDecisions } from '../postgres/queries/read-decisions.ts';
import { type TelemetryOptions, TelemetryPool } from './telemetry-pool.ts';

/** What the scheduler of one cluster decided, in PostgreSQL. It connects at its first use. */
export class DecisionTable {
  readonly #pool: TelemetryPool;

  constructor(options: TelemetryOptions) {
    this.#pool = new TelemetryPool('orrery-decisions', options);
  }

  /** Adds decisions, or brings up to date those that were repeated. @throws {ApiError} ServiceUnavailable */
  append(decisions: readonly SchedulingDecision[]): Promise<void> {
    return this.#pool.run((db, clusterId) => appendDecisions(db, clusterId, decisions));
  }

  /** In the order of the Pods that the query names; the newest decision of each first. */
  read(query: DecisionQuery): Promise<SchedulingDecision[]> {
    return this.#pool.run((db, clusterId) => readDecisions(db, clusterId, query));
  }

  /** Drops what is older than `beforeMs`; returns how many decisions that were. */
  expire(beforeMs: number): Promise<number> {
    return this.#pool.run((db, clusterId) => expireDecisions(db, clusterId, beforeMs));
  }

  /** Leaves the newest within the bounds; returns how many decisions were dropped. */
  trim(bounds: DecisionBounds): Promise<number> {
    return this.#pool.run((db, clusterId) => trimDecisions(db, clusterId, bounds));
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
