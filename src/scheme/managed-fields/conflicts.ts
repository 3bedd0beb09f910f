import { ApiError } from '../errors.ts';
import type { FieldSet } from './field-set.ts';
import type { Manager, ManagerIdentity } from './managers.ts';

/** The reason of each cause of a failed apply. */
export const REASON_FIELD_MANAGER_CONFLICT = 'FieldManagerConflict';

/** Fields that a configuration would change and another manager owns. */
export interface FieldConflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** A failed apply, in Kubernetes' words: each manager and each field. */
export function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const causes = conflicts.flatMap(({ manager, fields }) =>
    fields.paths().map((field) => ({
      reason: REASON_FIELD_MANAGER_CONFLICT,
      message: `conflict with ${describeManager(manager)}`,
      field,
    })),
  );
  return new ApiError('Conflict', messageOf(conflicts, causes.length), { causes });
}

function messageOf(conflicts: readonly FieldConflict[], count: number): string {
  const [first] = conflicts;
  if (first && count === 1) {
    return `Apply failed with 1 conflict: conflict with ${describeManager(first.manager)}: ${first.fields.paths()[0]}`;
  }
  const sections = conflicts
    .map(({ manager, fields }) => [
      `conflicts with ${describeManager(manager)}:`,
      ...fields.paths().map((path) => `- ${path}`),
    ])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `Apply failed with ${count} conflicts: ${sections.flat().join('\n')}`;
}

/** `"kubectl" using apps/v1` for updaters, `"kubectl"` for appliers. */
function describeManager({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource "${subresource}"` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
