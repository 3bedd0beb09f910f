import type { PodStage } from '../stage.ts';
import { podAdmit } from './pod-admit.ts';
import { podContainerExit } from './pod-container-exit.ts';
import { podContainerRestart, podCrashLoopBackOff } from './pod-crash-loop.ts';
import { podDeadline } from './pod-deadline.ts';
import { podEphemeralStart } from './pod-ephemeral-start.ts';
import { podEvict } from './pod-evict.ts';
import { podFaultCrash } from './pod-fault-crash.ts';
import { podImageBackOff } from './pod-image-back-off.ts';
import { podImageChanged } from './pod-image-changed.ts';
import { podImagePull } from './pod-image-pull.ts';
import { podInitStart } from './pod-init-start.ts';
import { podOomKill } from './pod-oom-kill.ts';
import { podProbeKill } from './pod-probe-kill.ts';
import { podReady } from './pod-ready.ts';
import { podReadyCondition } from './pod-ready-condition.ts';
import { podResize, podResizeGrant } from './pod-resize.ts';
import { podRestartAll } from './pod-restart-all.ts';
import { podRunning } from './pod-running.ts';
import { podShutdown, podShutdownStop } from './pod-shutdown.ts';
import { podStorageLimit } from './pod-storage-limit.ts';
import { podRemove, podStop, podTerminate } from './pod-terminate.ts';
import { podUnhealthy } from './pod-unhealthy.ts';

/** The life of a Pod on a simulated node. Of stages due at once the earlier in this list goes first. */
export const POD_STAGES: readonly PodStage[] = [
  podStop,
  podTerminate,
  podRemove,
  podShutdownStop,
  podShutdown,
  podEvict,
  podStorageLimit,
  podDeadline,
  podFaultCrash,
  podAdmit,
  podImagePull,
  podInitStart,
  podRunning,
  podImageBackOff,
  podImageChanged,
  podEphemeralStart,
  podResizeGrant,
  podResize,
  podContainerExit,
  podOomKill,
  podRestartAll,
  podUnhealthy,
  podProbeKill,
  podReady,
  podReadyCondition,
  podCrashLoopBackOff,
  podContainerRestart,
];
