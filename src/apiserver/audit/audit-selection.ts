import type { AuditConditions } from '../../store/telemetry/audit-conditions.ts';
import type { AuditEvent } from '../../store/telemetry/audit-event.ts';

/** Which events, and how many of them. Newest first. */
export interface AuditSelection extends AuditConditions {
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
