import type {
  Container,
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../scheme/generated/types/core-v1.ts';
import { isSidecar } from '../../scheme/resources-of-pod.ts';

/**
 * `init` runs to its end before the next one starts; `sidecar` is an init container that stays; `ephemeral` is one that was put
 * into a running Pod, and is not among {@link containerSlots} but {@link ephemeralSlots}; `main` is all others.
 */
export type ContainerKind = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** A container of a Pod and what is known of it. */
export interface ContainerSlot {
  readonly kind: ContainerKind;
  readonly name: string;
  readonly container: Container;
  readonly status: ContainerStatus | undefined;
}

/** The stages ask about the same Pod one after another: its slots are worked out once. */
let latest: { readonly pod: Pod; readonly slots: readonly ContainerSlot[] } | undefined;

/** Every container in the order of their start: init containers and sidecars as listed, then the main ones. */
export function containerSlots(pod: Pod): readonly ContainerSlot[] {
  if (latest?.pod !== pod) latest = { pod, slots: toSlots(pod) };
  return latest.slots;
}

function toSlots({ spec, status }: Pod): ContainerSlot[] {
  const slots: ContainerSlot[] = [];
  for (const container of spec?.initContainers ?? []) {
    const kind = isSidecar(container) ? 'sidecar' : 'init';
    slots.push(toSlot(kind, container, status?.initContainerStatuses));
  }
  for (const container of spec?.containers ?? []) {
    slots.push(toSlot('main', container, status?.containerStatuses));
  }
  return slots;
}

/** Those that were put into the running Pod. */
export function ephemeralSlots({ spec, status }: Pod): readonly ContainerSlot[] {
  const containers = (spec?.ephemeralContainers ?? []) as readonly Container[];
  return containers.map((container) =>
    toSlot('ephemeral', container, status?.ephemeralContainerStatuses),
  );
}

function toSlot(
  kind: ContainerKind,
  container: Container,
  statuses: readonly ContainerStatus[] | undefined,
): ContainerSlot {
  const { name } = container;
  return { kind, name, container, status: statuses?.find((status) => status.name === name) };
}

export const isRunning = ({ status }: ContainerSlot): boolean =>
  status?.state?.running !== undefined;

/** Whether the containers after this one may start: it has done its work, or as a sidecar is up. */
export function isInitialized({ kind, status }: ContainerSlot): boolean {
  if (kind === 'main') return true;
  if (kind === 'sidecar') return status?.started === true;
  return status?.state?.terminated?.exitCode === 0;
}

/** The init container or sidecar whose turn it is; undefined when the main containers may run. */
export function currentInit(slots: readonly ContainerSlot[]): ContainerSlot | undefined {
  return slots.find((slot) => !isInitialized(slot));
}

/** Of a container that was removed because all of its Pod restart. */
export const REASON_RESTARTING_ALL_CONTAINERS = 'RestartingAllContainers';

/** Whether the container was removed because all of its Pod restart, and has not been made again. */
export function isResetStatus(status: ContainerStatus | undefined): boolean {
  return (
    status?.containerID === undefined &&
    status?.lastState?.terminated?.reason === REASON_RESTARTING_ALL_CONTAINERS
  );
}

/** Whether a main container has started since the Pod did: sidecars that restart do not hold the others up any more. */
export function hasStartedMain(slots: readonly ContainerSlot[]): boolean {
  return slots.some(
    ({ kind, status }) => kind === 'main' && hasRun(status) && !isResetStatus(status),
  );
}

/** Whether a main container has ever started: the Pod is initialised for good, even if all of it restarts. */
export function hasEverStartedMain(slots: readonly ContainerSlot[]): boolean {
  return slots.some(({ kind, status }) => kind === 'main' && hasRun(status));
}

export function hasRun(status: ContainerStatus | undefined): boolean {
  return status?.containerID !== undefined || status?.lastState?.terminated !== undefined;
}

/** The statuses of all containers, ephemeral ones too. */
export function statusesOf(status: PodStatus | undefined): readonly ContainerStatus[] {
  return [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
}
