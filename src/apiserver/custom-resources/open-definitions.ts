import { ApiError } from '../../scheme/errors.ts';
import { apiextensionsCustomResourceDefinitions } from '../../scheme/generated/resources.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';

const { group, resource } = apiextensionsCustomResourceDefinitions;
const DEFINITIONS = { group, resource };

/**
 * Custom resources are created only while their definition stands. It is guarded until the commit, so that a create and the
 * deletion of its definition cannot pass each other: what the clean-up finds is all there is. No switch turns this off.
 */
export const openDefinitions: AdmissionPlugin = {
  name: 'CustomResourceDefinitionLifecycle',
  reads: [DEFINITIONS],
  handles: ({ served }, operation, subresource) =>
    served !== undefined && operation === 'CREATE' && subresource === '',
  admit({ resource: custom, state }) {
    const definition = state.cache(DEFINITIONS).get('', qualifiedName(custom));
    if (!definition || definition.metadata.deletionTimestamp) {
      throw new ApiError(
        'MethodNotAllowed',
        'create not allowed while custom resource definition is terminating',
        { group: custom.group, kind: custom.resource },
      );
    }
    state.guard(DEFINITIONS, definition);
  },
};
