import { type FieldError, invalid } from '../../field-error.ts';
import type { Namespace } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateStandardFinalizer } from '../../metadata-validation.ts';
import { checkQualifiedName } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { dropGeneration, neverChangesGeneration } from '../generation.ts';
import { keepSpec } from '../status.ts';

/** Every namespace carries its name as a label, so that selectors can name it. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
/** Held until the namespace is empty. */
export const NAMESPACE_FINALIZER = 'kubernetes';

function validate({ spec }: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of spec?.finalizers ?? []) {
    checkQualifiedName(finalizer, 'spec.finalizers', errors);
    validateStandardFinalizer(finalizer, 'spec.finalizers', errors);
  }
  return errors;
}

function validateStatusUpdate({ metadata, status }: Namespace): FieldError[] {
  const expected = metadata.deletionTimestamp ? 'Terminating' : 'Active';
  if (status?.phase === expected) return [];
  const state = metadata.deletionTimestamp ? 'not empty' : 'empty';
  const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${state}`;
  return [invalid('status.Phase', status?.phase ?? '', detail)];
}

/** core/Namespace. */
export const namespaceStrategy: KindStrategy<Namespace> = {
  nameRule: 'dns-label',
  applyDefaults(namespace) {
    const { name } = namespace.metadata;
    if (name) namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: name };
  },
  prepareForCreate(namespace) {
    dropGeneration(namespace);
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes(NAMESPACE_FINALIZER)) {
      namespace.spec = { ...namespace.spec, finalizers: [...finalizers, NAMESPACE_FINALIZER] };
    }
  },
  // Finalizers of the spec change through the `finalize` subresource alone.
  prepareForUpdate(next, current) {
    next.spec = current.spec;
    next.status = current.status;
  },
  prepareForStatusUpdate: keepSpec,
  changesGeneration: neverChangesGeneration,
  validate,
  validateStatusUpdate,
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  printerColumns: [
    nameColumn,
    {
      name: 'Status',
      description: 'Whether it is being deleted.',
      cell: ({ status }) => status?.phase ?? '',
    },
    ageColumn,
  ],
};
