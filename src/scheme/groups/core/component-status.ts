import { findCondition } from '../../conditions.ts';
import type { ComponentStatus } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { nameColumn } from '../columns.ts';

const healthOf = ({ conditions }: ComponentStatus) => findCondition(conditions, 'Healthy');

/** core/ComponentStatus. */
export const componentStatusStrategy: KindStrategy<ComponentStatus> = {
  printerColumns: [
    nameColumn,
    {
      name: 'Status',
      description: 'Whether it is well.',
      cell(component) {
        const health = healthOf(component);
        if (!health) return 'Unknown';
        return health.status === 'True' ? 'Healthy' : 'Unhealthy';
      },
    },
    {
      name: 'Message',
      description: 'What it says of itself.',
      cell: (component) => healthOf(component)?.message ?? '',
    },
    {
      name: 'Error',
      description: 'Why it could not be asked.',
      cell: (component) => healthOf(component)?.error ?? '',
    },
  ],
};
