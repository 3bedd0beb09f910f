import type { ScopedResourceSelectorRequirement } from '../generated/types/core-v1.ts';

/** Whether the one value that a scope is about satisfies its requirement; undefined when the object has none. */
export function matchesRequirement(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'Exists':
      return Boolean(value);
    case 'DoesNotExist':
      return !value;
    case 'In':
      return Boolean(value) && values.includes(value as string);
    case 'NotIn':
      return !value || !values.includes(value);
    default:
      return false;
  }
}
