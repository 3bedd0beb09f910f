import type { VirtualClock } from '../../src/lib/virtual-clock.ts';
import { type EventuallyOptions, eventually } from './eventually.ts';

/** How far the clock moves with the first look. */
const FIRST_STEP_MS = 100;
/** With each further look it moves farther, so that what takes minutes does not take hundreds of looks, */
const STEP_GROWTH = 1.2;
/** up to this. */
const MAX_STEP_MS = 1_000;

/** Looks again and again, moving the clock along, ever faster, until `check` accepts what `read` gives. */
export function asTimePasses<T>(
  { clock }: { readonly clock: VirtualClock },
  read: () => T | Promise<T>,
  check?: (value: T) => unknown,
  options?: EventuallyOptions,
): Promise<T> {
  let stepMs = FIRST_STEP_MS;
  const look = (): T | Promise<T> => {
    clock.advance(stepMs);
    stepMs = Math.min(stepMs * STEP_GROWTH, MAX_STEP_MS);
    return read();
  };
  return eventually(look, check, options);
}
