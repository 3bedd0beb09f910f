import type { ServiceAccount } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

/** core/ServiceAccount. */
export const serviceAccountStrategy: KindStrategy<ServiceAccount> = {
  ...WITHOUT_GENERATION,
  returnsDeleted: true,
  printerColumns: [
    nameColumn,
    {
      name: 'Secrets',
      description: 'How many secrets it lists.',
      cell: ({ secrets }) => secrets?.length ?? 0,
    },
    ageColumn,
  ],
};
