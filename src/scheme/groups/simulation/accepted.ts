import { findCondition } from '../../conditions.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import type { ApiObject } from '../../object.ts';
import type { SimulationStatus } from './types.ts';

/** On every object of the group: whether it is in effect. */
export const CONDITION_ACCEPTED = 'Accepted';

export const acceptedColumn: PrinterColumn<ApiObject & { readonly status?: SimulationStatus }> = {
  name: 'Accepted',
  description: 'Whether it is in effect.',
  cell: ({ status }) => findCondition(status?.conditions, CONDITION_ACCEPTED)?.status ?? '',
};
