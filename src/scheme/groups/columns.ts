/** Table columns that many kinds share. */
import { ageSince } from '../duration.ts';
import type { Container, PodTemplateSpec } from '../generated/types/core-v1.ts';
import type { PrinterColumn } from '../kind-strategy.ts';
import { formatLabelSelector, type LabelSelector } from '../label-selector.ts';
import type { ApiObject } from '../object.ts';

export const NONE = '<none>';
export const UNSET = '<unset>';
export const UNKNOWN = '<unknown>';

export const nameColumn: PrinterColumn = {
  name: 'Name',
  format: 'name',
  description: 'The name: unique in a namespace.',
  cell: ({ metadata }) => metadata.name ?? '',
};

export const ageColumn: PrinterColumn = {
  name: 'Age',
  description: 'How long ago it was made.',
  cell: ({ metadata }, now) => ageSince(metadata.creationTimestamp, now),
};

/** When the object was made, for kinds whose age nobody asks for. */
export const createdAtColumn: PrinterColumn = {
  name: 'Created At',
  type: 'date',
  description: 'When it was made.',
  cell: ({ metadata }) => metadata.creationTimestamp ?? UNKNOWN,
};

interface WithTemplate extends ApiObject {
  readonly spec?: { readonly template?: PodTemplateSpec };
}

interface WithSelector extends ApiObject {
  readonly spec?: { readonly selector?: LabelSelector };
}

/** Names and images of the containers that `containersOf` finds. */
export function containerColumnsOf<T extends ApiObject>(
  containersOf: (object: T) => readonly Container[] | undefined,
  priority: 0 | 1,
): readonly PrinterColumn<T>[] {
  return [
    {
      name: 'Containers',
      description: 'The names of the containers.',
      priority,
      cell: (object) => join(containersOf(object), 'name'),
    },
    {
      name: 'Images',
      description: 'The images of the containers.',
      priority,
      cell: (object) => join(containersOf(object), 'image'),
    },
  ];
}

function join(containers: readonly Container[] | undefined, member: 'name' | 'image'): string {
  return (containers ?? []).map((container) => container[member] ?? '').join(',');
}

/** Containers and images of a Pod template, shown with `-o wide`. */
export const containerColumns = containerColumnsOf<WithTemplate>(
  ({ spec }) => spec?.template?.spec?.containers,
  1,
);

/** The LabelSelector of a workload, shown with `-o wide`. */
export const selectorColumn: PrinterColumn<WithSelector> = {
  name: 'Selector',
  description: 'The labels that tell its Pods.',
  priority: 1,
  cell: ({ spec }) => formatLabelSelector(spec?.selector),
};

/** The first three of `items`, and how many more there are. */
export function firstThree(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, 3).join(',');
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}

interface Replicated extends ApiObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** How many Pods a ReplicaSet, or a ReplicationController, wants and has. */
export const replicaColumns: readonly PrinterColumn<Replicated>[] = [
  {
    name: 'Desired',
    type: 'integer',
    description: 'How many Pods are wanted.',
    cell: ({ spec }) => spec?.replicas ?? 0,
  },
  {
    name: 'Current',
    type: 'integer',
    description: 'How many Pods there are.',
    cell: ({ status }) => status?.replicas ?? 0,
  },
  {
    name: 'Ready',
    type: 'integer',
    description: 'How many Pods are ready.',
    cell: ({ status }) => status?.readyReplicas ?? 0,
  },
];
