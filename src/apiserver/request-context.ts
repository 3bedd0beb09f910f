import type { UserInfo } from './client.ts';

/** Who asks, and what goes with every call that they make: doors build one a request, the in-process client one for good. */
export interface RequestContext {
  readonly user: UserInfo;
  /** Recorded as the author of changes where a call does not say otherwise. */
  readonly fieldManager?: string;
  /** Takes the warnings of calls that bring no sink of their own. */
  readonly onWarning?: (warning: string) => void;
  /** Takes what admission notes for the audit log. */
  readonly onAnnotation?: (key: string, value: string) => void;
  /** Ends calls that bring no signal of their own. */
  readonly signal?: AbortSignal;
  /**
   * The control plane's own parts are not refused when many requests are under way: each bounds its own work, and refusing
   * them would only make the crowd last longer.
   * @default false
   */
  readonly exemptFromLimits?: boolean;
}
