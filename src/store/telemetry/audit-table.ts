import { appendAuditEvents } from '../postgres/queries/append-audit-events.ts';
import { expireAuditEvents } from '../postgres/queries/expire-audit-events.ts';
import {
  type AuditQuery,
  type AuditRow,
  readAuditEvents,
} from '../postgres/queries/read-audit-events.ts';
import type { AuditEvent } from './audit-event.ts';
import { type TelemetryOptions, TelemetryPool } from './telemetry-pool.ts';

/** The audit events of one cluster in PostgreSQL. It connects at its first use. */
export class AuditTable {
  readonly #pool: TelemetryPool;

  constructor(options: TelemetryOptions) {
    this.#pool = new TelemetryPool('orrery-audit', options);
  }

  /** Adds `events` in their order. @throws {ApiError} ServiceUnavailable when PostgreSQL cannot be reached in time */
  append(events: readonly AuditEvent[]): Promise<void> {
    return this.#pool.run((db, clusterId) => appendAuditEvents(db, clusterId, events));
  }

  /** Newest first. */
  read(query: AuditQuery): Promise<AuditRow[]> {
    return this.#pool.run((db, clusterId) => readAuditEvents(db, clusterId, query));
  }

  /** Drops what is older than `beforeMs`; returns how many events that were. */
  expire(beforeMs: number): Promise<number> {
    return this.#pool.run((db, clusterId) => expireAuditEvents(db, clusterId, beforeMs));
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
