import { type FieldError, invalid } from '../../field-error.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateAnnotations, validateLabels } from '../../metadata-validation.ts';
import { labelValueProblems } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateTaints } from '../core/pod-spec/validate-tolerations.ts';
import { checkNonNegativeQuantity } from '../quantity-checks.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkRange, MAX_REPLICAS } from './simulation-checks.ts';
import type { NodeProfile, NodeProfileSpec } from './types.ts';

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;

function validate({ spec }: NodeProfile): FieldError[] {
  const errors: FieldError[] = [];
  checkRange(spec.replicas, 'spec.replicas', [0, MAX_REPLICAS], errors);
  validateResources(spec, errors);
  if (spec.labels) validateLabels(spec.labels, 'spec.labels', errors);
  if (spec.annotations) validateAnnotations(spec.annotations, 'spec.annotations', errors);
  if (spec.taints) validateTaints(spec.taints, 'spec.taints', errors);
  for (const [index, zone] of (spec.zones ?? []).entries()) {
    for (const problem of labelValueProblems(zone)) {
      errors.push(invalid(`spec.zones[${index}]`, zone, problem));
    }
  }
  const { pricePerHour } = spec;
  if (pricePerHour !== undefined && !DECIMAL.test(pricePerHour)) {
    errors.push(invalid('spec.pricePerHour', pricePerHour, 'must be a decimal number, as 0.25'));
  }
  return errors;
}

function validateResources(
  { capacity = {}, reserved = {} }: NodeProfileSpec,
  errors: FieldError[],
) {
  for (const [name, amount] of Object.entries(capacity)) {
    checkNonNegativeQuantity(amount, `spec.capacity[${name}]`, errors);
  }
  for (const [name, amount] of Object.entries(reserved)) {
    const path = `spec.reserved[${name}]`;
    checkNonNegativeQuantity(amount, path, errors);
    const has = capacity[name];
    if (has !== undefined && compareQuantities(amount, has) > 0) {
      errors.push(invalid(path, amount, `must not be more than the capacity of ${has}`));
    }
  }
}

/** simulation.orrery.dev/NodeProfile. */
export const nodeProfileStrategy: KindStrategy<NodeProfile> = {
  ...(WITH_STATUS_ALONE as KindStrategy<NodeProfile>),
  applyDefaults({ spec }) {
    spec.replicas ??= 1;
  },
  validate,
  printerColumns: [
    nameColumn,
    {
      name: 'Desired',
      type: 'integer',
      description: 'How many nodes there are to be.',
      cell: ({ spec }) => spec.replicas ?? 1,
    },
    {
      name: 'Current',
      type: 'integer',
      description: 'How many nodes there are.',
      cell: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: 'How many of them are ready.',
      cell: ({ status }) => status?.readyReplicas ?? 0,
    },
    ageColumn,
  ],
};
