import { type FieldError, forbiddenField, invalid, notSupported } from '../../field-error.ts';
import type { Lease } from '../../generated/types/coordination-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import { checkQualifiedName } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const STRATEGIES = ['OldestEmulationVersion'];

function validate({ spec = {} }: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds: seconds, leaseTransitions, strategy, preferredHolder } = spec;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  }
  validateNonNegative(leaseTransitions, 'spec.leaseTransitions', errors);
  if (strategy?.includes('/')) checkQualifiedName(strategy, 'spec.strategy', errors);
  else if (strategy && !STRATEGIES.includes(strategy)) {
    errors.push(notSupported('spec.strategy', strategy, STRATEGIES));
  }
  if (preferredHolder && !strategy) {
    const detail = 'may only be specified if `strategy` is defined';
    errors.push(forbiddenField('spec.preferredHolder', detail));
  }
  return errors;
}

/** coordination.k8s.io/Lease. */
export const leaseStrategy: KindStrategy<Lease> = {
  ...WITHOUT_GENERATION,
  validate,
  printerColumns: [
    nameColumn,
    {
      name: 'Holder',
      description: 'Who holds it.',
      cell: ({ spec }) => spec?.holderIdentity ?? '',
    },
    ageColumn,
  ],
};
