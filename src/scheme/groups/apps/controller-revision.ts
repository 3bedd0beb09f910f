import { type FieldError, required } from '../../field-error.ts';
import type { ControllerRevision } from '../../generated/types/apps-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable, validateNonNegative } from '../../metadata-validation.ts';
import { controllerOf, parseApiVersion } from '../../object.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

function shownController(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return NONE;
  const { group } = parseApiVersion(owner.apiVersion);
  const kind = owner.kind.toLowerCase();
  return `${group === '' ? kind : `${kind}.${group}`}/${owner.name}`;
}

/** apps/ControllerRevision: what a workload was at some time, which does not change any more. */
export const controllerRevisionStrategy: KindStrategy<ControllerRevision> = {
  ...WITHOUT_GENERATION,
  validate({ data, revision }) {
    const errors: FieldError[] = [];
    if (data === undefined) errors.push(required('data', 'data is mandatory'));
    validateNonNegative(revision, 'revision', errors);
    return errors;
  },
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.data, current.data, 'data', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    { name: 'Controller', description: 'Whose revision it is.', cell: shownController },
    {
      name: 'Revision',
      description: 'Which one it is: the highest is the newest.',
      cell: ({ revision }) => revision,
    },
    ageColumn,
  ],
};
