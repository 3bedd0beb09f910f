/** Tables of scheduling.k8s.io. */
import type { PriorityClass } from '../../generated/types/scheduling-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { ageColumn, nameColumn } from '../columns.ts';

export const priorityClassColumns: readonly PrinterColumn<PriorityClass>[] = [
  nameColumn,
  { name: 'Value', cell: ({ value }) => `${value ?? 0}` },
  { name: 'Global-Default', cell: ({ globalDefault = false }) => `${globalDefault}` },
  ageColumn,
  { name: 'PreemptionPolicy', cell: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
];
