import { type FieldError, invalid } from '../../field-error.ts';
import type { ResourceQuota } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkQualifiedName } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { dropGeneration, STATUS_WITHOUT_GENERATION } from '../generation.ts';
import { normalizeResourceList } from './pod-spec/container-defaults.ts';
import { isQuotaResource } from './pod-spec/resource-names.ts';
import { validateQuantityOf } from './pod-spec/validate-resources.ts';
import { validateScopeSelector, validateScopes } from './quota-scopes.ts';

function validate({ spec = {} }: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  validateAmounts(spec.hard ?? {}, 'spec.hard', errors);
  validateScopes(spec, 'spec.scopes', errors);
  validateScopeSelector(spec, 'spec.scopeSelector.matchExpressions', errors);
  return errors;
}

function validateAmounts(
  amounts: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  for (const name in amounts) {
    const field = `${path}[${name}]`;
    const before = errors.length;
    checkQualifiedName(name, field, errors);
    if (errors.length === before && !name.includes('/') && !isQuotaResource(name)) {
      errors.push(invalid(field, name, 'must be a standard resource for quota'));
    }
    validateQuantityOf(name, amounts[name] as string, field, errors);
  }
}

function validateUpdate(next: ResourceQuota, current: ResourceQuota): FieldError[] {
  const before = new Set(current.spec?.scopes);
  const after = next.spec?.scopes ?? [];
  const isSame = new Set(after).size === before.size && after.every((scope) => before.has(scope));
  return isSame ? [] : [invalid('spec.scopes', after, 'field is immutable')];
}

/** Used and allowed amounts as one text: `pods: 1/10, services: 0/2`. */
function shownAmounts({ status }: ResourceQuota, isShown: (name: string) => boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter(isShown);
  return names
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}

const isLimit = (name: string): boolean => name.startsWith('limits.');

/** core/ResourceQuota. */
export const resourceQuotaStrategy: KindStrategy<ResourceQuota> = {
  ...STATUS_WITHOUT_GENERATION,
  returnsDeleted: true,
  applyDefaults({ spec, status }) {
    normalizeResourceList(spec?.hard);
    normalizeResourceList(status?.hard);
    normalizeResourceList(status?.used);
  },
  prepareForCreate(quota) {
    dropGeneration(quota);
    quota.status = {};
  },
  validate,
  validateUpdate,
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    validateAmounts(status?.hard ?? {}, 'status.hard', errors);
    validateAmounts(status?.used ?? {}, 'status.used', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'Request',
      description: 'What is used and what may be, of everything but limits.',
      cell: (quota) => shownAmounts(quota, (name) => !isLimit(name)),
    },
    {
      name: 'Limit',
      description: 'What is used and what may be, of limits.',
      cell: (quota) => shownAmounts(quota, isLimit),
    },
    ageColumn,
  ],
};
