/** Tables of policy. */
import type { PodDisruptionBudget } from '../../generated/types/policy-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { ageColumn, nameColumn } from '../columns.ts';

export const podDisruptionBudgetColumns: readonly PrinterColumn<PodDisruptionBudget>[] = [
  nameColumn,
  { name: 'Min Available', cell: ({ spec }) => `${spec?.minAvailable ?? 'N/A'}` },
  { name: 'Max Unavailable', cell: ({ spec }) => `${spec?.maxUnavailable ?? 'N/A'}` },
  { name: 'Allowed Disruptions', cell: ({ status }) => `${status?.disruptionsAllowed ?? 0}` },
  ageColumn,
];
