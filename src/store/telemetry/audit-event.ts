/** How much of a request is kept: nothing, who did what, also what was sent, also what was answered. */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';

/** When in a request's life an event was made. A watch is written of when it opens (`ResponseStarted`), not when it ends. */
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete';

export interface AuditUser {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a request is about. */
export interface AuditObjectReference {
  readonly apiGroup?: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** One line of the audit log: Kubernetes' `audit.k8s.io/v1` Event. */
export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: Exclude<AuditLevel, 'None'>;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  /** Who is known by the credentials. */
  readonly user: AuditUser;
  /** As whom they acted, where that is somebody else. */
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef: AuditObjectReference;
  readonly responseStatus?: {
    readonly status?: 'Failure';
    readonly reason?: string;
    readonly message?: string;
    readonly code: number;
  };
  readonly requestObject?: object;
  readonly responseObject?: object;
  /** RFC 3339 with microseconds. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  /** Why it was allowed, what admission found. */
  readonly annotations?: Readonly<Record<string, string>>;
}
