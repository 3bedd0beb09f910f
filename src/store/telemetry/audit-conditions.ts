/** Which audit events: those that meet every condition that is given. */
export interface AuditConditions {
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
}
