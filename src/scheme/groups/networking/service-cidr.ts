import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { ServiceCIDR } from '../../generated/types/networking-v1.ts';
import { cidrFamilyOf, validateCidr } from '../../ip.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { FIELD_IS_IMMUTABLE } from '../../metadata-validation.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITH_STATUS } from '../status.ts';

const PATH = 'spec.cidrs';
/** One of each family. */
const MAX_RANGES = 2;

function validate({ spec }: ServiceCIDR): FieldError[] {
  const { cidrs = [] } = spec ?? {};
  if (cidrs.length === 0) return [required(PATH, 'at least one CIDR required')];
  const errors: FieldError[] = [];
  if (cidrs.length > MAX_RANGES) {
    errors.push(invalid(PATH, cidrs, `may only hold up to ${MAX_RANGES} values`));
  }
  if (cidrs.length === MAX_RANGES && new Set(cidrs.map(cidrFamilyOf)).size < MAX_RANGES) {
    const detail =
      'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96';
    errors.push(invalid(PATH, cidrs, detail));
  }
  cidrs.forEach((cidr, index) => {
    validateCidr(cidr, `${PATH}[${index}]`, errors);
  });
  return errors;
}

/** A range of the other family may be added; nothing else changes. */
function validateUpdate({ spec: next }: ServiceCIDR, { spec: current }: ServiceCIDR): FieldError[] {
  const after = next?.cidrs ?? [];
  const before = current?.cidrs ?? [];
  if (deepEqual(after, before)) return [];
  const isExtended = before.length === 1 && after.length === MAX_RANGES;
  if (!isExtended) return [invalid(PATH, after, FIELD_IS_IMMUTABLE)];
  return after[0] === before[0] ? [] : [invalid(`${PATH}[0]`, after[0], FIELD_IS_IMMUTABLE)];
}

/** networking.k8s.io/ServiceCIDR: what cluster IPs are taken from. */
export const serviceCidrStrategy: KindStrategy<ServiceCIDR> = {
  ...WITH_STATUS,
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'CIDRs',
      description: 'The ranges that cluster IPs are taken from.',
      cell: ({ spec }) => (spec?.cidrs ?? []).join(','),
    },
    ageColumn,
  ],
};
