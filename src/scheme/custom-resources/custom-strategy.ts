import type { CustomResourceDefinitionVersion } from '../generated/types/apiextensions-v1.ts';
import { keepAllButStatus, keepStatus } from '../groups/status.ts';
import type { KindStrategy } from '../kind-strategy.ts';
import type { ApiObject } from '../object.ts';
import { withDefaults } from './defaults.ts';
import type { OpenApiSchema } from './open-api-schema.ts';
import { prune } from './prune.ts';

type WithStatus = ApiObject & { status?: unknown };

/** How the objects of one version of a custom resource behave: by its schema, and by nothing else. */
export function customStrategy(version: CustomResourceDefinitionVersion): KindStrategy {
  const schema: OpenApiSchema = version.schema?.openAPIV3Schema ?? {};
  return {
    prune: (object, onUnknownField) => prune(schema, object, onUnknownField),
    readStored: (object) => withDefaults(schema, prune(schema, object)),
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
    prepareForStatusUpdate(next: WithStatus, current: WithStatus) {
      keepAllButStatus(next, current);
      replaceContent(next, withDefaults(schema, next));
    },
  };
}

/** Without the subresource a status is a field like any other. */
const WITHOUT_STATUS: KindStrategy = {
  prepareForCreate: () => undefined,
};

/** Makes `object` what `content` is. */
function replaceContent(object: ApiObject, content: ApiObject): void {
  if (object === content) return;
  const target = object as unknown as Record<string, unknown>;
  for (const key of Object.keys(target)) if (!Object.hasOwn(content, key)) delete target[key];
  Object.assign(target, content);
}
