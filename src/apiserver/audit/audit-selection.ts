import type { AuditEvent } from '../../store/telemetry/audit-event.ts';

/** Which events: those that meet every condition that is given. Newest first. */
export interface AuditSelection {
  /** Who acted: the impersonated user where there is one. */
  readonly username?: string | undefined;
  readonly verb?: string | undefined;
  /** '' for the core group. */
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** The HTTP code of the answer. */
  readonly code?: number | undefined;
  /** From this time on, in milliseconds since the epoch. */
  readonly sinceMs?: number | undefined;
  /** Before this time. */
  readonly untilMs?: number | undefined;
  /** @default 100, at most 1_000 */
  readonly limit?: number | undefined;
  /** What {@link AuditPage.continue} was of the page before. */
  readonly continue?: string | undefined;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** For the next page; undefined on the last. */
  readonly continue: string | undefined;
}
