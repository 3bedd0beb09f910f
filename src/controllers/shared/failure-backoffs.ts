/**
 * How long a key that failed waits, where several controllers of Kubernetes share what is not the default (see
 * Controller.failureBackoff); what one alone has stands in its own file.
 */
import type { BackoffOptions } from '../../lib/backoff.ts';

/** Of the controllers of certificate requests. */
export const CERTIFICATE_BACKOFF: BackoffOptions = { baseMs: 200, maxMs: 1_000_000 };

/** Of the CSI sidecars: external-provisioner, external-attacher and external-resizer. */
export const STORAGE_BACKOFF: BackoffOptions = { baseMs: 1_000, maxMs: 300_000 };
