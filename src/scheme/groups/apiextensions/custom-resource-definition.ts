import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from '../../custom-resources/definition/validate-definition.ts';
import { beginTermination } from '../../custom-resources/terminating.ts';
import type { CustomResourceDefinition } from '../../generated/types/apiextensions-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { createdAtColumn, nameColumn } from '../columns.ts';
import { keepSpec, keepStatus } from '../status.ts';

/** apiextensions.k8s.io/CustomResourceDefinition. */
export const customResourceDefinitionStrategy: KindStrategy<CustomResourceDefinition> = {
  applyDefaults({ spec }) {
    if (!spec?.names) return;
    const { names } = spec;
    names.singular ??= names.kind.toLowerCase();
    names.listKind ??= `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
  },
  prepareForCreate(definition) {
    const stored = definition.spec.versions.filter(({ storage }) => storage);
    definition.status = { storedVersions: stored.map(({ name }) => name) };
  },
  prepareForUpdate(next, current) {
    keepStatus(next, current);
    rememberStoredVersion(next);
  },
  prepareForDelete: beginTermination,
  prepareForStatusUpdate: keepSpec,
  validateCreate: (definition) => validateDefinition(definition),
  validateUpdate: validateDefinitionUpdate,
  validateStatusUpdate: validateDefinitionStatus,
  printerColumns: [
    nameColumn,
    createdAtColumn,
  ] as KindStrategy<CustomResourceDefinition>['printerColumns'],
};

/** From now on there may be objects in the version that is stored from now on. */
function rememberStoredVersion(definition: CustomResourceDefinition): void {
  const storage = definition.spec.versions.find((version) => version.storage);
  const storedVersions = definition.status?.storedVersions ?? [];
  if (!storage || storedVersions.includes(storage.name)) return;
  definition.status = { ...definition.status, storedVersions: [...storedVersions, storage.name] };
}
