/**
 * What a manifest may say to the simulation, as annotations: on Nodes, which of them are simulated and switched on; on Pods,
 * how their containers behave. A container's own annotation, with `.<container>` appended, goes before the Pod's.
 */

import { parseGoDuration } from '../scheme/duration.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import { PRESSURES, type PressureType } from '../scheme/groups/simulation/types.ts';
import { seedOf } from '../scheme/usage/wave.ts';

/** On a Node: `simulated` makes our kubelet run it. */
export const ANNOTATION_KUBELET = 'orrery.dev/kubelet';
export const KUBELET_SIMULATED = 'simulated';

/**
 * On a Node: `off` silences its kubelet until the annotation is changed or removed; `shutdown` lets it end its Pods first,
 * and becomes `off` then.
 */
export const ANNOTATION_POWER = 'orrery.dev/power';
export const POWER_OFF = 'off';
export const POWER_SHUTDOWN = 'shutdown';
/** On a Node: how long a shutdown may take in all, and the part of it that is for critical Pods. @default 30s and 10s */
export const ANNOTATION_SHUTDOWN_GRACE_PERIOD = 'orrery.dev/shutdown-grace-period';
export const ANNOTATION_SHUTDOWN_GRACE_PERIOD_CRITICAL_PODS =
  'orrery.dev/shutdown-grace-period-critical-pods';

/**
 * On a Node, in place of these two: from which priority on Pods have how long, `100000=10s, 1000=2m, 0=1m`. The less important
 * go first, each group when the one before it has ended or its time is over.
 */
export const ANNOTATION_SHUTDOWN_GRACE_PERIOD_BY_POD_PRIORITY =
  'orrery.dev/shutdown-grace-period-by-pod-priority';

/** On a Node: what it calls itself in its addresses and its label. @default its name */
export const ANNOTATION_HOSTNAME_OVERRIDE = 'orrery.dev/hostname-override';
/** On a Node: it reports the condition OutOfDisk, as kubelets did before 1.13: `true` or `false`. */
export const ANNOTATION_OUT_OF_DISK = 'orrery.dev/out-of-disk';
/** On a Node: what it runs out of: `MemoryPressure`, `DiskPressure`, `PIDPressure`, separated by commas. */
export const ANNOTATION_PRESSURE = 'orrery.dev/pressure';

/** On a Node: a JSON list of Pods that it runs of its own accord, as from files on its disk. */
export const ANNOTATION_STATIC_PODS = 'orrery.dev/static-pods';

/** On a Pod: containers exit this long after they start (`30s`, `1m`). Without it, they run until they are stopped. */
export const ANNOTATION_EXIT_AFTER = 'orrery.dev/exit-after';
/** On a Pod: the code with which containers exit. Alone, it lets them exit at once. @default 0 */
export const ANNOTATION_EXIT_CODE = 'orrery.dev/exit-code';
/** On a Pod: why containers exit, as their status says it: `OOMKilled` exits with 137. @default `Completed` or `Error` */
export const ANNOTATION_EXIT_REASON = 'orrery.dev/exit-reason';
/** On a Pod: `false` keeps containers from ever becoming ready. */
export const ANNOTATION_READY = 'orrery.dev/ready';

/**
 * On a Pod: how long containers take to start, to become ready once they run, and to stop when they are told to: a duration
 * (`5s`), or a range (`5s..20s`) of which each Pod has a part of its own.
 */
export const ANNOTATION_START_DELAY = 'orrery.dev/start-delay';
export const ANNOTATION_READY_DELAY = 'orrery.dev/ready-delay';
export const ANNOTATION_STOP_DELAY = 'orrery.dev/stop-delay';

/** On a Pod: images cannot be pulled, with this for the error (`not found`). */
export const ANNOTATION_PULL_ERROR = 'orrery.dev/pull-error';
/** On a Pod or a Node: hosts of registries that give images only to who has a secret for them, separated by commas. */
export const ANNOTATION_PRIVATE_REGISTRIES = 'orrery.dev/private-registries';

/** On a Pod: the hooks of containers fail, with this for the error. */
export const ANNOTATION_POST_START_ERROR = 'orrery.dev/post-start-error';
export const ANNOTATION_PRE_STOP_ERROR = 'orrery.dev/pre-stop-error';

/** On a Pod: what probes find, from the start of their container: `pass 1m, fail 30s, pass`. @default they pass */
export const ANNOTATION_STARTUP_PROBE = 'orrery.dev/startup-probe';
export const ANNOTATION_READINESS_PROBE = 'orrery.dev/readiness-probe';
export const ANNOTATION_LIVENESS_PROBE = 'orrery.dev/liveness-probe';

/** On a Pod: what containers print when they start, line by line; of more than a thousand lines the first ones. */
export const ANNOTATION_LOG = 'orrery.dev/log';
const MAX_LOG_LINES = 1_000;
/** On a Pod: containers print those lines again and again, this long apart (`10s`; at least `1s`). @default once */
export const ANNOTATION_LOG_EVERY = 'orrery.dev/log-every';
const MIN_LOG_EVERY_MS = 1_000;

/** How a container ends by itself. */
export interface ContainerExit {
  readonly afterMs: number;
  readonly code: number;
  /** @default `Completed` or `Error`, by the code */
  readonly reason?: string;
}

/** By SIGKILL. */
export const OOM_EXIT_CODE = 137;
export const REASON_OOM_KILLED = 'OOMKilled';

export function isSimulated(node: Node): boolean {
  return node.metadata.annotations?.[ANNOTATION_KUBELET] === KUBELET_SIMULATED;
}

/** Whether our kubelet is at work on the node. */
export function isPoweredOn(node: Node): boolean {
  return node.metadata.annotations?.[ANNOTATION_POWER] !== POWER_OFF;
}

/** What annotations let the node run out of. */
export function declaredPressures({ metadata }: Node): readonly PressureType[] {
  const declared = metadata.annotations?.[ANNOTATION_PRESSURE]?.split(',').map((one) => one.trim());
  return declared ? PRESSURES.filter((type) => declared.includes(type)) : [];
}

/** How the annotations let the container exit; undefined when they do not. Annotations that do not parse count as absent. */
export function declaredExit(pod: Pod, containerName: string): ContainerExit | undefined {
  const after = declared(pod, ANNOTATION_EXIT_AFTER, containerName);
  const code = declared(pod, ANNOTATION_EXIT_CODE, containerName);
  return toExit(after, code, declared(pod, ANNOTATION_EXIT_REASON, containerName));
}

/** As {@link declaredExit}, but only what is said of this very container: init containers do not follow the Pod's. */
export function declaredInitExit(pod: Pod, containerName: string): ContainerExit | undefined {
  const { annotations } = pod.metadata;
  return toExit(
    annotations?.[`${ANNOTATION_EXIT_AFTER}.${containerName}`],
    annotations?.[`${ANNOTATION_EXIT_CODE}.${containerName}`],
    annotations?.[`${ANNOTATION_EXIT_REASON}.${containerName}`],
  );
}

export function mayBecomeReady(pod: Pod, containerName: string): boolean {
  return declared(pod, ANNOTATION_READY, containerName) !== 'false';
}

/** What the annotations let the container print; none where they say nothing. */
export function declaredLines(pod: Pod, containerName: string): readonly string[] {
  const text = declared(pod, ANNOTATION_LOG, containerName);
  return text === undefined ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/, MAX_LOG_LINES);
}

/** Milliseconds between the lines' repetitions; undefined where they are printed once, or the annotation does not parse. */
export function declaredLogEveryMs(pod: Pod, containerName: string): number | undefined {
  const every = declared(pod, ANNOTATION_LOG_EVERY, containerName);
  const everyMs = every === undefined ? undefined : parseGoDuration(every);
  return everyMs === undefined ? undefined : Math.max(MIN_LOG_EVERY_MS, Math.round(everyMs));
}

/** Why the container's image cannot be pulled; undefined when it can. */
export function declaredPullError(pod: Pod, containerName: string): string | undefined {
  return declared(pod, ANNOTATION_PULL_ERROR, containerName);
}

/** Why the container's hook fails; undefined when it does not. */
export function declaredHookError(
  pod: Pod,
  hook: 'postStart' | 'preStop',
  containerName: string,
): string | undefined {
  const annotation = hook === 'postStart' ? ANNOTATION_POST_START_ERROR : ANNOTATION_PRE_STOP_ERROR;
  return declared(pod, annotation, containerName);
}

type DelayAnnotation =
  | typeof ANNOTATION_START_DELAY
  | typeof ANNOTATION_READY_DELAY
  | typeof ANNOTATION_STOP_DELAY;

const UINT_32 = 2 ** 32;

/** The delay in milliseconds: a duration, or the Pod's own part of a range. Undefined where there is none that parses. */
export function declaredDelayMs(
  pod: Pod,
  annotation: DelayAnnotation,
  containerName: string,
): number | undefined {
  const [from, to = from, ...rest] = declared(pod, annotation, containerName)?.split('..') ?? [];
  const [lowMs, highMs] = [from, to].map((text) => text && parseGoDuration(text.trim()));
  if (typeof lowMs !== 'number' || typeof highMs !== 'number' || rest.length > 0) return undefined;
  const part = seedOf(`${pod.metadata.uid}/${annotation}`) / UINT_32;
  return Math.max(0, lowMs + (highMs - lowMs) * part);
}

/** What is declared of the container in an annotation: of it alone, or else of all of the Pod's. */
export function declared(pod: Pod, annotation: string, containerName: string): string | undefined {
  const { annotations } = pod.metadata;
  return annotations?.[`${annotation}.${containerName}`] ?? annotations?.[annotation];
}

function toExit(
  after: string | undefined,
  code: string | undefined,
  reason: string | undefined,
): ContainerExit | undefined {
  if (after === undefined && code === undefined && reason === undefined) return undefined;
  const afterMs = after === undefined ? 0 : parseGoDuration(after);
  const usual = reason === REASON_OOM_KILLED ? OOM_EXIT_CODE : 0;
  const exitCode = code === undefined ? usual : Number(code);
  if (afterMs === undefined || !Number.isInteger(exitCode)) return undefined;
  return { afterMs: Math.max(0, afterMs), code: exitCode, ...(reason ? { reason } : {}) };
}
