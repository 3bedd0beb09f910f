/** Events of the kubelet, in the words of Kubernetes 1.36. */
import type { EventNote } from '../machinery/event-recorder.ts';
import type { Container, Pod } from '../scheme/generated/types/core-v1.ts';
import type { ContainerKind } from './status/container-slots.ts';

export const REASON_PULLED = 'Pulled';
export const REASON_CREATED = 'Created';
export const REASON_STARTED = 'Started';
export const REASON_KILLING = 'Killing';
export const REASON_BACK_OFF = 'BackOff';
export const REASON_DEADLINE_EXCEEDED = 'DeadlineExceeded';
export const REASON_STARTING = 'Starting';
export const REASON_NODE_READY = 'NodeReady';

interface ContainerName {
  readonly kind: ContainerKind | 'ephemeral';
  readonly name: string;
}

function fieldPath({ kind, name }: ContainerName): string {
  if (kind === 'ephemeral') return `spec.ephemeralContainers{${name}}`;
  return `spec.${kind === 'main' ? 'containers' : 'initContainers'}{${name}}`;
}

/** What the start of a container leaves behind. */
export function startNotes(container: ContainerName, image: string): EventNote[] {
  const about = { type: 'Normal', fieldPath: fieldPath(container) } as const;
  const pulled = `Container image "${image}" already present on machine and can be accessed by the pod`;
  return [
    { ...about, reason: REASON_PULLED, message: pulled },
    { ...about, reason: REASON_CREATED, message: 'Container created' },
    { ...about, reason: REASON_STARTED, message: 'Container started' },
  ];
}

export function stopNote(container: ContainerName): EventNote {
  return killing(container, `Stopping container ${container.name}`);
}

export function definitionChangedNote(container: ContainerName): EventNote {
  return killing(container, `Container ${container.name} definition changed, will be restarted`);
}

function killing(container: ContainerName, message: string): EventNote {
  return { type: 'Normal', reason: REASON_KILLING, message, fieldPath: fieldPath(container) };
}

export function backOffNote(container: ContainerName, pod: Pod): EventNote {
  return {
    type: 'Warning',
    reason: REASON_BACK_OFF,
    message: `Back-off restarting failed container ${container.name} in pod ${podTitle(pod)}`,
    fieldPath: fieldPath(container),
  };
}

/** `web-1_default(0b9…)`: how the kubelet names a Pod in messages. */
export function podTitle({ metadata }: Pod): string {
  return `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
}

interface ResizeNews {
  readonly reason: 'ResizeStarted' | 'ResizeCompleted' | 'ResizeDeferred' | 'ResizeInfeasible';
  /** How far the resize has come, in the words of the message. */
  readonly what: string;
  readonly error?: string;
}

/** How the resize of a Pod goes, with what its containers are to have. */
export function resizeNote(
  { metadata, spec }: Pod,
  { error, reason, what }: ResizeNews,
): EventNote {
  const summary = {
    ...(spec?.initContainers
      ? { initContainers: spec.initContainers.map(resourcesOfContainer) }
      : {}),
    containers: spec?.containers.map(resourcesOfContainer),
    generation: metadata.generation,
    ...(error ? { error } : {}),
  };
  return {
    type: error ? 'Warning' : 'Normal',
    reason,
    message: `Pod resize ${what}: ${JSON.stringify(summary)}`,
  };
}

function resourcesOfContainer({ name, resources = {} }: Container): object {
  return { name, resources };
}
