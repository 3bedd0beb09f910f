import { parseGoDuration } from '../../duration.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkDuration, checkRange } from './simulation-checks.ts';
import type { Fault, FaultSpec } from './types.ts';

const PERCENT = [0, 100] as const;
const EXIT_CODES = [1, 255] as const;
const SLOWDOWNS = [1, 100_000] as const;
/** What comes and goes faster costs more than it shows. */
const MIN_PERIOD_MS = 1_000;

function validate({ spec }: Fault): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.nodeSelector) validateLabelSelector(spec.nodeSelector, 'spec.nodeSelector', errors);
  if (spec.podSelector) validateLabelSelector(spec.podSelector, 'spec.podSelector', errors);
  checkRange(spec.sharePercent, 'spec.sharePercent', PERCENT, errors);
  checkRange(spec.crash?.exitCode, 'spec.crash.exitCode', EXIT_CODES, errors);
  checkRange(spec.pullSlowdown, 'spec.pullSlowdown', SLOWDOWNS, errors);
  checkDuration(spec.duration, 'spec.duration', errors);
  checkDuration(spec.clockOffset, 'spec.clockOffset', errors, true);
  validateFlapping(spec, errors);
  validateWhatTypeNeeds(spec, errors);
  return errors;
}

function validateFlapping({ flapping }: FaultSpec, errors: FieldError[]): void {
  checkDuration(flapping?.period, 'spec.flapping.period', errors);
  checkDuration(flapping?.downFor, 'spec.flapping.downFor', errors);
  const periodMs = flapping?.period === undefined ? undefined : parseGoDuration(flapping.period);
  if (periodMs !== undefined && periodMs < MIN_PERIOD_MS) {
    errors.push(invalid('spec.flapping.period', flapping?.period, 'must be at least 1s'));
  }
}

function validateWhatTypeNeeds({ clockOffset, pressures, type }: FaultSpec, errors: FieldError[]) {
  if (type === 'ClockSkew' && clockOffset === undefined) {
    errors.push(required('spec.clockOffset', 'ClockSkew needs to know by how much'));
  }
  if (type === 'Pressure' && !pressures?.length) {
    errors.push(required('spec.pressures', 'Pressure needs to know of what'));
  }
}

/** simulation.orrery.dev/Fault. */
export const faultStrategy: KindStrategy<Fault> = {
  ...(WITH_STATUS_ALONE as KindStrategy<Fault>),
  validate,
  printerColumns: [
    nameColumn,
    { name: 'Type', description: 'What goes wrong.', cell: ({ spec }) => spec.type },
    { name: 'Phase', description: 'How far it is.', cell: ({ status }) => status?.phase ?? '' },
    {
      name: 'Nodes',
      type: 'integer',
      description: 'How many nodes it is for.',
      cell: ({ status }) => status?.affectedNodes ?? null,
    },
    {
      name: 'Pods',
      type: 'integer',
      description: 'How many Pods it is for.',
      cell: ({ status }) => status?.affectedPods ?? null,
    },
    ageColumn,
  ],
};
