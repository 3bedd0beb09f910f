/** How far a Fault is, as its status says it, and what is said when that changes. Pure. */

import { toRfc3339 } from '../../lib/clock.ts';
import { numbered } from '../../lib/numbered.ts';
import type { EventNote } from '../../machinery/event-recorder.ts';
import type { Fault, FaultStatus } from '../../scheme/groups/simulation/types.ts';
import { acceptedStatus } from './accepted-status.ts';
import type { CompiledFault } from './fault-effects.ts';

/** What a fault is for. */
export interface Affected {
  readonly nodes: number;
  readonly pods: number;
}

type Phase = NonNullable<FaultStatus['phase']>;

export interface FaultState {
  /** Undefined of one that cannot be. */
  readonly fault: CompiledFault | undefined;
  readonly problem: string | undefined;
  readonly nowMs: number;
  /** Only asked when the fault begins. */
  countAffected(): Affected;
}

export function faultStatus(object: Fault, state: FaultState): FaultStatus {
  const { fault, nowMs, problem } = state;
  const accepted = acceptedStatus(object, problem, nowMs);
  const phase = phaseOf(fault, nowMs);
  const { affectedNodes, affectedPods } = object.status ?? {};
  const known =
    affectedNodes === undefined ? {} : { affectedNodes, affectedPods: affectedPods ?? 0 };
  if (!fault || phase === 'Scheduled') return { ...accepted, phase, ...known };
  const begins = phase === 'Active' && object.status?.phase !== 'Active';
  return {
    ...accepted,
    phase,
    startTime: toRfc3339(fault.startMs),
    ...(phase === 'Ended' ? { endTime: toRfc3339(fault.endMs) } : {}),
    ...(begins ? affectedFields(state.countAffected()) : known),
  };
}

function affectedFields({
  nodes,
  pods,
}: Affected): Pick<FaultStatus, 'affectedNodes' | 'affectedPods'> {
  return { affectedNodes: nodes, affectedPods: pods };
}

function phaseOf(fault: CompiledFault | undefined, nowMs: number): Phase {
  if (!fault) return 'Invalid';
  if (nowMs < fault.startMs) return 'Scheduled';
  return nowMs < fault.endMs ? 'Active' : 'Ended';
}

/** The Event for a change of phase; undefined when it has not changed. */
export function faultNote(
  { spec, status: before }: Fault,
  next: FaultStatus,
): EventNote | undefined {
  if (before?.phase === next.phase) return undefined;
  const { affectedNodes = 0, affectedPods = 0 } = next;
  switch (next.phase) {
    case 'Scheduled':
      return normal('FaultScheduled', `${spec.type} begins at ${spec.startTime}`);
    case 'Active': {
      const what = `${spec.type} affects ${numbered(affectedNodes, 'node')} and ${numbered(affectedPods, 'Pod')}`;
      const until = spec.duration === undefined ? 'until it is deleted' : `for ${spec.duration}`;
      return normal('FaultStarted', `${what} ${until}`);
    }
    case 'Ended':
      return normal('FaultEnded', `${spec.type} has ended`);
    default: {
      const message = next.conditions?.[0]?.message ?? '';
      return { type: 'Warning', reason: 'FaultInvalid', message };
    }
  }
}

function normal(reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message };
}
