import { toRfc3339 } from '../../lib/clock.ts';
import { findCondition, setCondition } from '../../scheme/conditions.ts';
import { mayRestartAllContainers } from '../../scheme/container-restarts.ts';
import type { Pod, PodCondition, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import {
  type ContainerSlot,
  containerSlots,
  hasEverStartedMain,
  hasRun,
  isInitialized,
  REASON_RESTARTING_ALL_CONTAINERS,
} from './container-slots.ts';

const REASON_CONTAINERS_NOT_READY = 'ContainersNotReady';
const REASON_CONTAINERS_NOT_INITIALIZED = 'ContainersNotInitialized';
const REASON_READINESS_GATES_NOT_READY = 'ReadinessGatesNotReady';
const REASON_POD_COMPLETED = 'PodCompleted';
const REASON_POD_FAILED = 'PodFailed';
const REASON_RESTART_ALL_STARTED = 'RestartAllContainersStarted';

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const TRUE: Verdict = { status: 'True' };

/** The Pod's conditions as its containers and its phase imply them; those of others (readiness gates) are kept. */
export function podConditions(
  pod: Pod,
  status: PodStatus,
  slots: readonly ContainerSlot[],
  nowMs: number,
): PodCondition[] {
  const containersReady = containersReadyVerdict(status, slots);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', hasSandbox(status) ? TRUE : { status: 'False' }],
    ['Initialized', initializedVerdict(status, slots)],
    ['Ready', readyOf(pod, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
  ];
  if (mayRestartAllContainers(pod.spec)) {
    verdicts.push(['AllContainersRestarting', restartingVerdict(status, slots)]);
  }
  const now = toRfc3339(nowMs);
  const observedGeneration = pod.metadata.generation;
  let conditions: readonly PodCondition[] = pod.status?.conditions ?? [];
  for (const [type, verdict] of verdicts) {
    conditions = setCondition(conditions, {
      type,
      lastTransitionTime: now,
      ...verdict,
      observedGeneration,
    });
  }
  return [...conditions];
}

/** A Pod has its sandbox, and with it its address, until its containers are gone. */
function hasSandbox({ phase, podIP }: PodStatus): boolean {
  return podIP !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

function initializedVerdict({ phase }: PodStatus, slots: readonly ContainerSlot[]): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: REASON_POD_COMPLETED };
  const incomplete = slots.filter((slot) => !isInitialized(slot)).map(({ name }) => name);
  if (incomplete.length === 0 || hasEverStartedMain(slots)) return TRUE;
  return {
    status: 'False',
    reason: REASON_CONTAINERS_NOT_INITIALIZED,
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  };
}

function containersReadyVerdict({ phase }: PodStatus, slots: readonly ContainerSlot[]): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: REASON_POD_COMPLETED };
  if (phase === 'Failed') return { status: 'False', reason: REASON_POD_FAILED };
  const unready = slots.filter(({ kind, status }) => kind !== 'init' && !status?.ready);
  if (unready.length === 0) return TRUE;
  return {
    status: 'False',
    reason: REASON_CONTAINERS_NOT_READY,
    message: `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`,
  };
}

function readyOf(pod: Pod, containersReady: Verdict): Verdict {
  return containersReady.status === 'True' ? gatesVerdict(pod) : containersReady;
}

/** True from the end that restarts all containers until the first of them is there again. */
function restartingVerdict({ phase }: PodStatus, slots: readonly ContainerSlot[]): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: REASON_POD_COMPLETED };
  if (phase === 'Failed') return { status: 'False', reason: REASON_POD_FAILED };
  const known = slots.filter(({ status }) => hasRun(status));
  const isRestarting =
    known.length > 0 &&
    known.every(
      ({ status }) => status?.state?.waiting?.reason === REASON_RESTARTING_ALL_CONTAINERS,
    );
  if (!isRestarting) return { status: 'False' };
  const message = 'container exited with restart policy rule';
  return { status: 'True', reason: REASON_RESTART_ALL_STARTED, message };
}

/** What the Ready condition should be now. */
export function readyVerdict(pod: Pod): Verdict {
  return readyOf(pod, containersReadyVerdict(pod.status ?? {}, containerSlots(pod)));
}

function gatesVerdict({ spec, status }: Pod): Verdict {
  const problems: string[] = [];
  for (const { conditionType } of spec?.readinessGates ?? []) {
    const condition = findCondition(status?.conditions, conditionType);
    if (!condition) {
      problems.push(
        `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
      );
    } else if (condition.status !== 'True') {
      problems.push(
        `the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`,
      );
    }
  }
  if (problems.length === 0) return TRUE;
  return {
    status: 'False',
    reason: REASON_READINESS_GATES_NOT_READY,
    message: problems.join(', '),
  };
}
