/** Since when devices are tainted: evictions count from then. */
import type { DeviceTaint } from '../../generated/types/resource-v1.ts';

/** A taint that does not say since when holds since now. @param now RFC 3339 */
export function stampTaint(taint: DeviceTaint, now: string): void {
  taint.timeAdded ??= now;
}

/** So does one of another effect, unless it says otherwise: what it has done until now it has not done for as long. */
export function restampTaint(next: DeviceTaint, current: DeviceTaint, now: string): void {
  if (next.effect !== current.effect && next.timeAdded === current.timeAdded) next.timeAdded = now;
  stampTaint(next, now);
}
