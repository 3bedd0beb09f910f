import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  ResourceRequirements,
} from '../../scheme/generated/types/core-v1.ts';
import { compareTexts } from '../output/compare.ts';
import { describeEnvironment, type ReadField } from './container-environment.ts';
import type { Description } from './description.ts';
import { formatBoolean, formatTime, orNone, sortedEntries } from './formats.ts';
import { describeProbes } from './probes.ts';

export interface ContainersOptions {
  readonly label: string;
  readonly containers: readonly Container[] | undefined;
  readonly statuses?: readonly ContainerStatus[] | undefined;
  /** Spaces before the label: descriptions of templates are indented. @default '' */
  readonly indent?: string;
  /** The value of a field of the Pod, for variables that are taken from one. @default unknown */
  readonly readField?: ReadField;
}

/** The containers of a Pod or of a template, one after another. */
export function describeContainers(description: Description, options: ContainersOptions): void {
  const { label, containers = [], statuses = [], indent = '', readField } = options;
  description.line(0, `${indent}${label}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    description.line(1, `${indent ? ' ' : ''}${container.name}:`);
    describeBasics(description, container, status);
    describeWords(description, 'Command', container.command);
    describeWords(description, 'Args', container.args);
    if (status) describeStatus(description, status);
    describeResources(description, 2, container.resources);
    describeProbes(description, container);
    describeEnvironment(description, container, readField);
    describeMounts(description, container);
  }
}

function describeBasics(
  description: Description,
  container: Container,
  status: ContainerStatus | undefined,
): void {
  if (status) description.field(2, 'Container ID', status.containerID);
  description.field(2, 'Image', container.image);
  if (status) description.field(2, 'Image ID', status.imageID);
  describePorts(description, 'Port', container.ports, ({ containerPort }) => containerPort);
  describePorts(description, 'Host Port', container.ports, ({ hostPort }) => hostPort ?? 0);
  const seccomp = container.securityContext?.seccompProfile;
  if (seccomp) description.field(2, 'SeccompProfile', seccomp.type);
}

function describePorts(
  description: Description,
  label: string,
  ports: readonly ContainerPort[] = [],
  numberOf: (port: ContainerPort) => number,
): void {
  const texts = ports.map((port) => `${numberOf(port)}/${port.protocol ?? 'TCP'}`);
  description.field(2, texts.length > 1 ? `${label}s` : label, orNone(texts.join(', ')));
}

function describeWords(
  description: Description,
  label: string,
  words: readonly string[] = [],
): void {
  if (words.length === 0) return;
  description.line(2, `${label}:`);
  for (const word of words) description.line(3, word);
}

function describeStatus(description: Description, status: ContainerStatus): void {
  describeState(description, 'State', status.state);
  if (status.lastState?.terminated) describeState(description, 'Last State', status.lastState);
  description.field(2, 'Ready', formatBoolean(status.ready));
  description.field(2, 'Restart Count', status.restartCount);
}

function describeState(description: Description, label: string, state: ContainerState = {}): void {
  const { running, terminated, waiting } = state;
  if (running) {
    description.field(2, label, 'Running').field(3, 'Started', formatTime(running.startedAt));
  } else if (terminated) {
    description.field(2, label, 'Terminated');
    description
      .optionalField(3, 'Reason', terminated.reason)
      .optionalField(3, 'Message', terminated.message);
    description.field(3, 'Exit Code', terminated.exitCode);
    if (terminated.signal) description.field(3, 'Signal', terminated.signal);
    description.field(3, 'Started', formatTime(terminated.startedAt));
    description.field(3, 'Finished', formatTime(terminated.finishedAt));
  } else {
    description.field(2, label, 'Waiting').optionalField(3, 'Reason', waiting?.reason);
  }
}

/** Limits and requests, each when there are any. */
export function describeResources(
  description: Description,
  level: number,
  resources: ResourceRequirements | undefined,
): void {
  for (const [label, amounts] of [
    ['Limits', resources?.limits],
    ['Requests', resources?.requests],
  ] as const) {
    const entries = sortedEntries(amounts);
    if (entries.length === 0) continue;
    description.line(level, `${label}:`);
    for (const [name, quantity] of entries) description.field(level + 1, name, quantity);
  }
}

function describeMounts(
  description: Description,
  { volumeMounts = [], volumeDevices = [] }: Container,
): void {
  if (volumeMounts.length === 0) description.line(2, 'Mounts:', '<none>');
  else description.line(2, 'Mounts:');
  const sorted = [...volumeMounts].sort((a, b) => compareTexts(a.mountPath, b.mountPath));
  for (const { mountPath, name, readOnly, subPath } of sorted) {
    const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path=${JSON.stringify(subPath)}`] : [])];
    description.line(3, `${mountPath} from ${name} (${flags.join(',')})`);
  }
  if (volumeDevices.length > 0) description.line(2, 'Devices:');
  for (const { devicePath, name } of volumeDevices)
    description.line(3, `${devicePath} from ${name}`);
}
