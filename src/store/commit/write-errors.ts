import {
  type ApiError,
  alreadyExists,
  conflict,
  notFound,
  OPTIMISTIC_LOCK_MESSAGE,
} from '../../scheme/errors.ts';
import type { EncodedGuard } from './transaction.ts';

/** Why a write, or a guard, was refused, from the version that it met instead of the expected one (0: no object). */
export function refusedWrite({ key, expected }: EncodedGuard, actual: number): ApiError {
  if (expected === 0) return alreadyExists(key);
  if (actual === 0) return notFound(key);
  return conflict(key, OPTIMISTIC_LOCK_MESSAGE);
}
