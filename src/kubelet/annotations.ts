/**
 * What a manifest may say to the simulation, as annotations: on Nodes, which of them are simulated and switched on; on Pods,
 * how their containers behave. A container's own annotation, with `.<container>` appended, goes before the Pod's.
 */

import { parseGoDuration } from '../scheme/duration.ts';
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';

/** On a Node: `simulated` makes our kubelet run it. */
export const ANNOTATION_KUBELET = 'orrery.dev/kubelet';
export const KUBELET_SIMULATED = 'simulated';

/** On a Node: `off` silences its kubelet until the annotation is changed or removed. */
export const ANNOTATION_POWER = 'orrery.dev/power';
export const POWER_OFF = 'off';

/** On a Pod: containers exit this long after they start (`30s`, `1m`). Without it, they run until they are stopped. */
export const ANNOTATION_EXIT_AFTER = 'orrery.dev/exit-after';
/** On a Pod: the code with which containers exit. Alone, it lets them exit at once. @default 0 */
export const ANNOTATION_EXIT_CODE = 'orrery.dev/exit-code';
/** On a Pod: `false` keeps containers from ever becoming ready. */
export const ANNOTATION_READY = 'orrery.dev/ready';

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
}

export function isSimulated(node: Node): boolean {
  return node.metadata.annotations?.[ANNOTATION_KUBELET] === KUBELET_SIMULATED;
}

/** Whether our kubelet is at work on the node. */
export function isPoweredOn(node: Node): boolean {
  return node.metadata.annotations?.[ANNOTATION_POWER] !== POWER_OFF;
}

/** How the annotations let the container exit; undefined when they do not. Annotations that do not parse count as absent. */
export function declaredExit(pod: Pod, containerName: string): ContainerExit | undefined {
  const after = declared(pod, ANNOTATION_EXIT_AFTER, containerName);
  const code = declared(pod, ANNOTATION_EXIT_CODE, containerName);
  return toExit(after, code);
}

/** As {@link declaredExit}, but only what is said of this very container: init containers do not follow the Pod's. */
export function declaredInitExit(pod: Pod, containerName: string): ContainerExit | undefined {
  const { annotations } = pod.metadata;
  return toExit(
    annotations?.[`${ANNOTATION_EXIT_AFTER}.${containerName}`],
    annotations?.[`${ANNOTATION_EXIT_CODE}.${containerName}`],
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

function declared(pod: Pod, annotation: string, containerName: string): string | undefined {
  const { annotations } = pod.metadata;
  return annotations?.[`${annotation}.${containerName}`] ?? annotations?.[annotation];
}

function toExit(after: string | undefined, code: string | undefined): ContainerExit | undefined {
  if (after === undefined && code === undefined) return undefined;
  const afterMs = after === undefined ? 0 : parseGoDuration(after);
  const exitCode = code === undefined ? 0 : Number(code);
  if (afterMs === undefined || !Number.isInteger(exitCode)) return undefined;
  return { afterMs: Math.max(0, afterMs), code: exitCode };
}
