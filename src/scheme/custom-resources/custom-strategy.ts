import { deepEqual } from '../../lib/deep-equal.ts';
import type {
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../generated/types/apiextensions-v1.ts';
import { keepStatus, STATUS_ALONE } from '../groups/status.ts';
import type { KindStrategy, ScalePaths } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import { customColumns } from './columns.ts';
import { withDefaults } from './defaults.ts';
import { objectValidator } from './object-validator.ts';
import type { OpenApiSchema } from './open-api-schema.ts';
import { prune } from './prune.ts';
import { readAt, toSimplePath } from './simple-path.ts';

type WithStatus = ApiObject & { status?: unknown };

/** How the objects of one version of a custom resource behave: by its schema, and by nothing else. */
export function customStrategy(version: CustomResourceDefinitionVersion): KindStrategy {
  const schema: OpenApiSchema = version.schema?.openAPIV3Schema ?? {};
  const validate = objectValidator(schema);
  return {
    validateCreate: (object) => validate(object),
    validateUpdate: validate,
    validateStatusUpdate: validate,
    prune: (object, onUnknownField) => prune(schema, object, onUnknownField),
    readStored: (object) => withDefaults(schema, prune(schema, object)),
    printerColumns: customColumns(version),
    selectableFields: selectableFieldsOf(version),
    ...(version.subresources?.scale ? { scale: scalePathsOf(version.subresources.scale) } : {}),
    applyDefaults: (object) => replaceContent(object, withDefaults(schema, object)),
    ...(version.subresources?.status ? statusBehaviour(schema) : WITHOUT_STATUS),
  };
}

function statusBehaviour(schema: OpenApiSchema): KindStrategy {
  return {
    prepareForCreate(object: WithStatus) {
      delete object.status;
    },
    prepareForUpdate: keepStatus,
    statusMetadata: STATUS_ALONE.statusMetadata,
    prepareForStatusUpdate(next: WithStatus, current: WithStatus) {
      STATUS_ALONE.prepareForStatusUpdate(next, current);
      replaceContent(next, withDefaults(schema, next));
    },
  };
}

/** Without the subresource a status is a field like any other, and its changes count. */
const WITHOUT_STATUS: KindStrategy = {
  prepareForCreate: () => undefined,
  changesGeneration({ metadata: _, ...next }: ApiObject, { metadata: __, ...current }: ApiObject) {
    return !deepEqual(next, current);
  },
};

/** The fields that field selectors may name, `spec.colour`; what is missing is selected by an empty text. */
function selectableFieldsOf({
  selectableFields = [],
}: CustomResourceDefinitionVersion): NonNullable<KindStrategy['selectableFields']> {
  const fields: Record<string, (object: ApiObject) => string> = {};
  for (const { jsonPath } of selectableFields) {
    const path = toSimplePath(jsonPath);
    fields[path.join('.')] = (object) => String(readAt(object, path) ?? '');
  }
  return fields;
}

function scalePathsOf(scale: CustomResourceSubresourceScale): ScalePaths {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return {
    specReplicas: toSimplePath(specReplicasPath),
    statusReplicas: toSimplePath(statusReplicasPath),
    ...(labelSelectorPath ? { selector: toSimplePath(labelSelectorPath) } : {}),
  };
}

/** Makes `object` what `content` is. */
function replaceContent(object: ApiObject, content: ApiObject): void {
  if (object === content) return;
  const target = object as unknown as Record<string, unknown>;
  for (const key of Object.keys(target)) if (!Object.hasOwn(content, key)) delete target[key];
  Object.assign(target, content);
}
