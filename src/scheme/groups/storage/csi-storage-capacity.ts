import type { FieldError } from '../../field-error.ts';
import type { CSIStorageCapacity } from '../../generated/types/storage-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { checkDnsSubdomain } from '../checks.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { checkNonNegativeQuantity } from '../quantity-checks.ts';

/** storage.k8s.io/CSIStorageCapacity. */
export const csiStorageCapacityStrategy: KindStrategy<CSIStorageCapacity> = {
  ...WITHOUT_GENERATION,
  validate({ storageClassName, nodeTopology, capacity }) {
    const errors: FieldError[] = [];
    checkDnsSubdomain(storageClassName, 'storageClassName', errors);
    if (nodeTopology) validateLabelSelector(nodeTopology, 'nodeTopology', errors);
    checkNonNegativeQuantity(capacity, 'capacity', errors);
    return errors;
  },
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.nodeTopology, current.nodeTopology, 'nodeTopology', errors);
    validateImmutable(next.storageClassName, current.storageClassName, 'storageClassName', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'StorageClassName',
      description: 'The class whose capacity it tells.',
      cell: ({ storageClassName }) => storageClassName,
    },
    {
      name: 'Capacity',
      description: 'How much there is.',
      cell: ({ capacity }) => capacity ?? UNSET,
    },
    ageColumn,
  ],
};
