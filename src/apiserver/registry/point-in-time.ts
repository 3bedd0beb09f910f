import { badRequest } from '../../scheme/errors.ts';
import type { PointInTime } from '../../store/store.ts';
import type { Registry } from './registry.ts';

/** Refuses a time that has not come: the answer would be the present, and another one when asked again. */
export function assertHasCome({ clock }: Registry, at: PointInTime): void {
  if (!('timeMs' in at) || at.timeMs <= clock.now()) return;
  const [asked, now] = [at.timeMs, clock.now()].map((ms) => new Date(ms).toISOString());
  throw badRequest(
    `at.time ${asked} has not come yet (it is ${now}); leave it out for the present`,
  );
}
