import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../generated/types/flowcontrol-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkPositive, checkRange } from '../checks.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { validateFlowConditions } from './flow-schema.ts';

const TYPES = ['Exempt', 'Limited'];
const EXEMPT = 'exempt';
const RESPONSES = ['Queue', 'Reject'];
const PERCENT = [0, 100] as const;
const MAX_QUEUES = 10_000_000;
/** So many bits of a hash choose the hand of queues that a flow is dealt. */
const MAX_ENTROPY_BITS = 60;
const DEFAULT_SHARES = 30;

function applyDefaults({ spec }: PriorityLevelConfiguration): void {
  if (spec?.exempt) {
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
  if (!spec?.limited) return;
  const { limited } = spec;
  limited.nominalConcurrencyShares ??= DEFAULT_SHARES;
  limited.lendablePercent ??= 0;
  const queuing = limited.limitResponse?.queuing;
  if (!queuing) return;
  queuing.queues ||= 64;
  queuing.handSize ||= 8;
  queuing.queueLengthLimit ||= 50;
}

function validate({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  const { type, limited, exempt } = spec;
  if ((metadata.name === EXEMPT) !== (type === 'Exempt')) {
    const detail = "type must be 'Exempt' if and only if `name` is 'exempt'";
    errors.push(invalid('spec.type', type, detail));
  }
  if (type === 'Exempt') {
    if (limited) {
      errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    }
    checkShares(exempt?.nominalConcurrencyShares, 'spec.exempt', errors);
    checkRange(exempt?.lendablePercent, PERCENT, 'spec.exempt.lendablePercent', errors);
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (limited) validateLimited(limited, 'spec.limited', errors);
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else {
    errors.push(notSupported('spec.type', type, TYPES));
  }
  return errors;
}

function checkShares(shares: number | undefined, path: string, errors: FieldError[]): void {
  if (shares === undefined || shares >= 0) return;
  errors.push(
    invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'),
  );
}

function validateLimited(
  { nominalConcurrencyShares, limitResponse, ...percents }: LimitedPriorityLevelConfiguration,
  path: string,
  errors: FieldError[],
): void {
  checkShares(nominalConcurrencyShares, path, errors);
  validateResponse(limitResponse ?? { type: '' }, `${path}.limitResponse`, errors);
  checkRange(percents.lendablePercent, PERCENT, `${path}.lendablePercent`, errors);
  const { borrowingLimitPercent: borrowing } = percents;
  if (borrowing === undefined || borrowing >= 0) return;
  const detail = 'if specified, must be a non-negative integer';
  errors.push(invalid(`${path}.borrowingLimitPercent`, borrowing, detail));
}

function validateResponse(
  { type, queuing }: LimitResponse,
  path: string,
  errors: FieldError[],
): void {
  if (type === 'Reject') {
    if (!queuing) return;
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    errors.push(forbiddenField(`${path}.queuing`, detail));
  } else if (type !== 'Queue') {
    errors.push(notSupported(`${path}.type`, type, RESPONSES));
  } else if (queuing) {
    validateQueuing(queuing, `${path}.queuing`, errors);
  } else {
    const detail = 'must not be empty if limited.limitResponse.type is Limited';
    errors.push(required(`${path}.queuing`, detail));
  }
}

function validateQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: string,
  errors: FieldError[],
): void {
  checkPositive(queueLengthLimit, `${path}.queueLengthLimit`, errors, 'must be positive');
  checkPositive(queues, `${path}.queues`, errors, 'must be positive');
  if (queues > MAX_QUEUES) {
    errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`));
  }
  const field = `${path}.handSize`;
  checkPositive(handSize, field, errors, 'must be positive');
  if (handSize > queues) {
    errors.push(invalid(field, handSize, `should not be greater than queues (${queues})`));
  } else if (handSize > 0 && Math.ceil(Math.log2(queues) * handSize) > MAX_ENTROPY_BITS) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_ENTROPY_BITS}`;
    errors.push(invalid(field, handSize, detail));
  }
}

const queuingOf = ({ spec }: PriorityLevelConfiguration): QueuingConfiguration | undefined =>
  spec?.limited?.limitResponse?.queuing;

/** flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration. */
export const priorityLevelStrategy: KindStrategy<PriorityLevelConfiguration> = {
  ...WITH_STATUS_ALONE,
  applyDefaults,
  validate,
  validateStatusUpdate: ({ status }) => validateFlowConditions(status?.conditions),
  printerColumns: [
    nameColumn,
    { name: 'Type', description: 'Whether it is limited.', cell: ({ spec }) => spec?.type ?? '' },
    {
      name: 'NominalConcurrencyShares',
      description: 'Its share of all that may run at once.',
      cell: ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? NONE,
    },
    {
      name: 'Queues',
      description: 'How many queues its requests wait in.',
      cell: (level) => queuingOf(level)?.queues ?? NONE,
    },
    {
      name: 'HandSize',
      description: 'How many queues a flow may use.',
      cell: (level) => queuingOf(level)?.handSize ?? NONE,
    },
    {
      name: 'QueueLengthLimit',
      description: 'How many requests fit in a queue.',
      cell: (level) => queuingOf(level)?.queueLengthLimit ?? NONE,
    },
    ageColumn,
  ],
};
