/** Events of the kubelet, in the words of Kubernetes 1.36. */
import type { EventNote } from '../machinery/event-recorder.ts';
import { formatGoDuration } from '../scheme/duration.ts';
import type { Container, Pod } from '../scheme/generated/types/core-v1.ts';
import type { ContainerKind } from './status/container-slots.ts';

const REASON_PULLING = 'Pulling';
const REASON_FAILED = 'Failed';
const REASON_FAILED_MOUNT = 'FailedMount';
const REASON_PULLED = 'Pulled';
const REASON_CREATED = 'Created';
const REASON_STARTED = 'Started';
const REASON_KILLING = 'Killing';
const REASON_BACK_OFF = 'BackOff';
export const REASON_DEADLINE_EXCEEDED = 'DeadlineExceeded';
export const REASON_STARTING = 'Starting';
export const REASON_NODE_READY = 'NodeReady';

interface ContainerName {
  readonly kind: ContainerKind;
  readonly name: string;
}

function fieldPath({ kind, name }: ContainerName): string {
  if (kind === 'ephemeral') return `spec.ephemeralContainers{${name}}`;
  return `spec.${kind === 'main' ? 'containers' : 'initContainers'}{${name}}`;
}

/** A container that is about to start, or to fail to. */
interface StartingContainer extends ContainerName {
  readonly container: Container;
}

/** What the start of a container leaves behind whose image the node has. */
export function startNotes(container: StartingContainer): EventNote[] {
  return [presentNote(container), ...createdNotes(container)];
}

export function presentNote(container: StartingContainer): EventNote {
  const image = container.container.image ?? '';
  const message = `Container image "${image}" already present on machine and can be accessed by the pod`;
  return normal(container, REASON_PULLED, message);
}

export function pullingNote(container: StartingContainer): EventNote {
  return normal(container, REASON_PULLING, `Pulling image "${container.container.image}"`);
}

interface PulledImage {
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** How long it waited for others. */
  readonly waitedMs: number;
}

export function pulledNote(
  container: StartingContainer,
  { durationMs, sizeBytes, waitedMs }: PulledImage,
): EventNote {
  const took = formatGoDuration(durationMs);
  const inAll = formatGoDuration(durationMs + waitedMs);
  const message = `Successfully pulled image "${container.container.image}" in ${took} (${inAll} including waiting). Image size: ${sizeBytes} bytes.`;
  return normal(container, REASON_PULLED, message);
}

export function createdNotes(container: ContainerName): EventNote[] {
  return [
    normal(container, REASON_CREATED, 'Container created'),
    normal(container, REASON_STARTED, 'Container started'),
  ];
}

interface ImageProblem {
  readonly reason: string;
  readonly message: string;
}

/** An image that cannot be had, by the reason for which its container waits. */
export function imageErrorNotes(
  container: StartingContainer,
  { message, reason }: ImageProblem,
): EventNote[] {
  const failed = warning(container, REASON_FAILED, `Error: ${reason}`);
  if (reason === 'InvalidImageName') {
    return [warning(container, 'InspectFailed', message), failed];
  }
  if (reason === 'ErrImageNeverPull') return [warning(container, reason, message), failed];
  const { image } = container.container;
  const why = `Failed to pull image "${image}": ${message}`;
  return [pullingNote(container), warning(container, REASON_FAILED, why), failed];
}

export function imageBackOffNotes(container: StartingContainer, message: string): EventNote[] {
  return [
    normal(container, REASON_BACK_OFF, message),
    warning(container, REASON_FAILED, 'Error: ImagePullBackOff'),
  ];
}

export function configErrorNotes(container: ContainerName, message: string): EventNote[] {
  return [warning(container, REASON_FAILED, `Error: ${message}`)];
}

export function missingPullSecretsNote(names: readonly string[]): EventNote {
  const message = `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
  return { type: 'Warning', reason: 'FailedToRetrieveImagePullSecret', message };
}

export function failedMountNote(message: string): EventNote {
  return { type: 'Warning', reason: REASON_FAILED_MOUNT, message };
}

/** Volumes that nobody has attached to the node for too long. */
export function unattachedNote(volumes: readonly string[]): EventNote {
  const names = volumes.join(' ');
  const what = `unmounted volumes=[${names}], unattached volumes=[${names}], failed to process volumes=[]`;
  return failedMountNote(
    `Unable to attach or mount volumes: ${what}: timed out waiting for the condition`,
  );
}

/** The node has no Pod range, or no address of it is free. */
export function networkNotReadyNote(): EventNote {
  const message =
    'network is not ready: container runtime network not ready: NetworkReady=false ' +
    'reason:NetworkPluginNotReady message:Network plugin returns error: no Pod address is free';
  return { type: 'Warning', reason: 'NetworkNotReady', message };
}

export function postStartFailedNotes(container: ContainerName): EventNote[] {
  return [
    warning(container, 'FailedPostStartHook', 'PostStartHook failed'),
    killing(container, 'FailedPostStartHook'),
  ];
}

export function preStopFailedNote(container: ContainerName): EventNote {
  return warning(container, 'FailedPreStopHook', 'PreStopHook failed');
}

export type ProbeName = 'Startup' | 'Readiness' | 'Liveness';

export function unhealthyNote(
  container: ContainerName,
  probe: ProbeName,
  output: string,
): EventNote {
  return warning(container, 'Unhealthy', `${probe} probe failed: ${output}`);
}

export function probeKillNote(container: ContainerName, probe: ProbeName): EventNote {
  const message = `Container ${container.name} failed ${probe.toLowerCase()} probe, will be restarted`;
  return killing(container, message);
}

function normal(container: ContainerName, reason: string, message: string): EventNote {
  return { type: 'Normal', reason, message, fieldPath: fieldPath(container) };
}

function warning(container: ContainerName, reason: string, message: string): EventNote {
  return { type: 'Warning', reason, message, fieldPath: fieldPath(container) };
}

export function stopNote(container: ContainerName): EventNote {
  return killing(container, `Stopping container ${container.name}`);
}

export function definitionChangedNote(container: ContainerName): EventNote {
  return killing(container, `Container ${container.name} definition changed, will be restarted`);
}

function killing(container: ContainerName, message: string): EventNote {
  return normal(container, REASON_KILLING, message);
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
    ...(spec?.resources ? { resources: spec.resources } : {}),
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
