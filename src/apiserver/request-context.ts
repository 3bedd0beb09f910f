import type { UserInfo } from './client.ts';

/** Where a request comes from, for the audit log. */
export interface RequestSource {
  /** The client's address, behind those of the proxies that told it. */
  readonly addresses: readonly string[];
  readonly userAgent?: string | undefined;
}

/** Who asks, and what goes with every call that they make: doors build one a request, the in-process client one for good. */
export interface RequestContext {
  readonly user: UserInfo;
  /** Who is known by the credentials, where `user` is whom they act as. */
  readonly impersonator?: UserInfo | undefined;
  /** Where the request comes from; nothing for what this process asks itself. */
  readonly source?: RequestSource | undefined;
  /** Recorded as the author of changes where a call does not say otherwise. */
  readonly fieldManager?: string;
  /** Takes the warnings of calls that bring no sink of their own. */
  readonly onWarning?: (warning: string) => void;
  /** Takes what admission notes for the audit log. */
  readonly onAnnotation?: (key: string, value: string) => void;
  /** Hears, once, that a watch is over, whoever ended it. */
  readonly onWatchEnd?: () => void;
  /** Ends calls that bring no signal of their own. */
  readonly signal?: AbortSignal;
  /**
   * The control plane's own parts are not refused when many requests are under way: each bounds its own work, and refusing
   * them would only make the crowd last longer.
   * @default false
   */
  readonly exemptFromLimits?: boolean;
}
