import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Budget } from './process.ts';

/** The exit code of what the system has killed. */
export const EXIT_KILLED = 137;
/** A loop that never ends is killed after so many commands, as a container is that uses too much. */
const MAX_STEPS = 500_000;
const STEPS_PER_TURN = 64;

export class KilledError extends Error {
  override readonly name = 'KilledError';

  constructor() {
    super('Killed');
  }
}

/** A session's budget. It ends with `signal`. */
export function createBudget(signal: AbortSignal, maxSteps = MAX_STEPS): Budget {
  let steps = 0;
  return {
    spend() {
      steps++;
      if (steps > maxSteps || signal.aborted) throw new KilledError();
      // Others of this server wait for their turn.
      return steps % STEPS_PER_TURN === 0 ? nextTurn() : undefined;
    },
  };
}
