import { type FieldError, invalid, required } from '../../scheme/field-error.ts';
import { type FieldRequirement, formatFieldSelector } from '../../scheme/field-selector.ts';
import type { FieldSelectorAttributes } from '../../scheme/generated/types/authorization-v1.ts';

const FIELD = 'spec.resourceAttributes.fieldSelector';

/** A selector is written as text or as requirements, and not as both. */
export function validateFieldSelectorAttributes(
  attributes: FieldSelectorAttributes | undefined,
): FieldError[] {
  if (!attributes) return [];
  const { rawSelector, requirements = [] } = attributes;
  if (rawSelector && requirements.length > 0) {
    return [
      invalid(
        `${FIELD}.rawSelector`,
        rawSelector,
        'may not specified at the same time as requirements',
      ),
    ];
  }
  if (!rawSelector && requirements.length === 0) {
    return [
      required(
        `${FIELD}.requirements`,
        'when fieldSelector is specified, requirements or rawSelector is required',
      ),
    ];
  }
  return [];
}

/**
 * The selector as a list would send it. Requirements that a field selector cannot say are left out: that makes the selection
 * wider, and so at most the answer a "no".
 */
export function toFieldSelectorText(
  attributes: FieldSelectorAttributes | undefined,
): string | undefined {
  if (!attributes) return undefined;
  if (attributes.rawSelector) return attributes.rawSelector;
  const requirements: FieldRequirement[] = [];
  for (const { key, operator, values = [] } of attributes.requirements ?? []) {
    const [value, ...others] = values;
    if (value === undefined || others.length > 0) continue;
    if (operator === 'In') requirements.push({ field: key, operator: '=', value });
    if (operator === 'NotIn') requirements.push({ field: key, operator: '!=', value });
  }
  return requirements.length === 0 ? undefined : formatFieldSelector(requirements);
}
