/**
 * The parts of a Pod that change through doors of their own: its ephemeral containers, and what it and its containers take of
 * their node. Each is a copy of the Pod as it is with that part of the wanted one, and the rules for the change.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid } from '../../field-error.ts';
import type {
  Container,
  Pod,
  PodSpec,
  ResourceRequirements,
} from '../../generated/types/core-v1.ts';
import { isSidecar, qosClassOf } from '../../resources-of-pod.ts';
import { MIRROR_POD_ANNOTATION } from './pod-spec/validate-pod-annotations.ts';

const EMPTY_SPEC: PodSpec = { containers: [] };

/** `current` with the ephemeral containers of `wanted`. */
export function withEphemeralContainersOf(wanted: Pod, current: Pod): Pod {
  const { ephemeralContainers } = wanted.spec ?? EMPTY_SPEC;
  const { ephemeralContainers: _, ...spec } = current.spec ?? EMPTY_SPEC;
  return {
    ...current,
    metadata: { ...current.metadata },
    spec: { ...spec, ...(ephemeralContainers ? { ephemeralContainers } : {}) },
  };
}

/** Ephemeral containers are only ever added. */
export function validateEphemeralContainersUpdate(next: Pod, current: Pod): FieldError[] {
  const path = 'spec.ephemeralContainers';
  if (isMirror(current))
    return [forbiddenField(path, 'static pods do not support ephemeral containers')];
  const wanted = next.spec?.ephemeralContainers ?? [];
  return (current.spec?.ephemeralContainers ?? []).flatMap((before) => {
    const after = wanted.find(({ name }) => name === before.name);
    if (!after) {
      const detail = `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed\n`;
      return [forbiddenField(path, detail)];
    }
    if (deepEqual(after, before)) return [];
    const detail = `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed\n`;
    return [forbiddenField(path, detail)];
  });
}

/** `current` with what `wanted` and its containers, by their names, ask for and are held to. */
export function withResourcesOf(wanted: Pod, current: Pod): Pod {
  const { resources: _, ...spec } = current.spec ?? EMPTY_SPEC;
  const { containers, initContainers = [], resources } = wanted.spec ?? EMPTY_SPEC;
  return {
    ...current,
    metadata: { ...current.metadata },
    spec: {
      ...spec,
      ...(resources ? { resources } : {}),
      containers: resized(spec.containers, containers),
      ...(spec.initContainers
        ? { initContainers: resized(spec.initContainers, initContainers) }
        : {}),
    },
  };
}

function resized(current: readonly Container[], wanted: readonly Container[]): Container[] {
  return current.map((container) => {
    const next = wanted.find(({ name }) => name === container.name);
    if (!next) return { ...container };
    const { resources: _, resizePolicy: __, ...rest } = container;
    return {
      ...rest,
      ...(next.resources ? { resources: next.resources } : {}),
      ...(next.resizePolicy ? { resizePolicy: next.resizePolicy } : {}),
    };
  });
}

/** What a running Pod takes of its node may change, as long as it stays what it is to the kubelet. */
export function validateResize(next: Pod, current: Pod): FieldError[] {
  if (isMirror(current)) return [forbiddenField('spec', 'static pods cannot be resized')];
  if (current.spec?.os?.name === 'windows') {
    return [forbiddenField('spec', 'windows pods cannot be resized')];
  }
  const spec = next.spec ?? EMPTY_SPEC;
  const before = current.spec ?? EMPTY_SPEC;
  const errors = [
    ...resizeErrors('spec.resources', spec.resources, before.resources),
    ...spec.containers.flatMap(({ resources }, i) =>
      resizeErrors(`spec.containers[${i}].resources`, resources, before.containers[i]?.resources),
    ),
    ...(spec.initContainers ?? []).flatMap((container, i) =>
      validateInitContainerResize(
        `spec.initContainers[${i}]`,
        container,
        before.initContainers?.[i],
      ),
    ),
  ];
  if (!runsWhereResizable(current)) {
    errors.push(forbiddenField('spec', 'Pod running on node without support for resize'));
  }
  const qosClass = qosClassOf(spec);
  if (qosClass === (current.status?.qosClass ?? qosClassOf(before))) return errors;
  const detail = 'Pod QOS Class may not change as a result of resizing';
  return [...errors, invalid('spec', qosClass, detail)];
}

/** A kubelet that can resize containers says what those that run have, be it nothing. */
function runsWhereResizable({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running);
  return !running || running.resources !== undefined;
}

function validateInitContainerResize(
  path: string,
  next: Container,
  current: Container | undefined,
): FieldError[] {
  if (isSidecar(next)) {
    return resizeErrors(`${path}.resources`, next.resources, current?.resources);
  }
  if (deepEqual(next.resources, current?.resources)) return [];
  const detail = 'resources for non-sidecar init containers are immutable';
  return [forbiddenField(`${path}.resources`, detail)];
}

const RESIZABLE = new Set(['cpu', 'memory']);

/** The same for what a container, or the Pod as a whole, asks for and is held to. */
function resizeErrors(
  path: string,
  next: ResourceRequirements = {},
  before: ResourceRequirements = {},
): FieldError[] {
  const errors: FieldError[] = [];
  for (const bound of ['limits', 'requests'] as const) {
    const names = new Set([...Object.keys(next[bound] ?? {}), ...Object.keys(before[bound] ?? {})]);
    for (const name of names) {
      const place = `${path}.${bound}`;
      if (before[bound]?.[name] === next[bound]?.[name]) continue;
      if (!RESIZABLE.has(name)) {
        errors.push(forbiddenField(place, 'only cpu and memory resources are mutable'));
      } else if (next[bound]?.[name] === undefined) {
        errors.push(forbiddenField(place, `resource ${bound} cannot be removed`));
      }
    }
  }
  return errors;
}

/** The image of what a node runs from a file: the file says what it is. */
function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR_POD_ANNOTATION] !== undefined;
}
