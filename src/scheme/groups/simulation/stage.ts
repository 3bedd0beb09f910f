import type { FieldError } from '../../field-error.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { validateNonNegative } from '../../metadata-validation.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { acceptedColumn } from './accepted.ts';
import { checkDelay, checkDuration, checkRange } from './simulation-checks.ts';
import type { Stage } from './types.ts';

const EXIT_CODES = [0, 255] as const;

/** What is wrong in expressions, probes and usage is told in the status: the object may be for a later server. */
function validate({ spec }: Stage): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.selector) validateLabelSelector(spec.selector, 'spec.selector', errors);
  if (spec.weight !== undefined) validateNonNegative(spec.weight, 'spec.weight', errors);
  checkDelay(spec.start?.delay, 'spec.start.delay', errors);
  checkDelay(spec.ready?.delay, 'spec.ready.delay', errors);
  checkDelay(spec.exit?.after, 'spec.exit.after', errors);
  checkDelay(spec.stop?.delay, 'spec.stop.delay', errors);
  checkDuration(spec.log?.every, 'spec.log.every', errors);
  checkRange(spec.exit?.code, 'spec.exit.code', EXIT_CODES, errors);
  return errors;
}

/** simulation.orrery.dev/Stage. */
export const stageStrategy: KindStrategy<Stage> = {
  ...(WITH_STATUS_ALONE as KindStrategy<Stage>),
  validate,
  printerColumns: [
    nameColumn,
    {
      name: 'Group',
      description: 'Of the stages of a group, one is drawn for a Pod.',
      cell: ({ spec }) => spec.group ?? '',
    },
    {
      name: 'Weight',
      type: 'integer',
      description: 'How often it is drawn of its group.',
      cell: ({ spec }) => spec.weight ?? 1,
    },
    acceptedColumn,
    ageColumn,
  ],
};
