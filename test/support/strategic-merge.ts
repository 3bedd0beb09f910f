import { TYPE_SCHEMAS } from '../../src/scheme/generated/schemas.ts';
import type { PatchSchema } from '../../src/scheme/patch/patch-schema.ts';
import { applyStrategicMergePatch } from '../../src/scheme/patch/strategic-merge-patch.ts';

const TYPES = new Map([...TYPE_SCHEMAS].map((type) => [type.name, type]));

export const POD = 'io.k8s.api.core.v1.Pod';
export const POD_SPEC = 'io.k8s.api.core.v1.PodSpec';
export const SERVICE_SPEC = 'io.k8s.api.core.v1.ServiceSpec';
export const DEPLOYMENT_SPEC = 'io.k8s.api.apps.v1.DeploymentSpec';
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

export type Body = Record<string, unknown>;

/** What patches of a built-in type go by. */
export const patchSchemaOf = (typeName: string): PatchSchema => ({
  lookup: (name) => TYPES.get(name),
  typeName,
});

/** `target` of a built-in type with a strategic merge patch applied. */
export const strategicallyPatched = (typeName: string, target: Body, patch: unknown): Body =>
  applyStrategicMergePatch(target, patch, patchSchemaOf(typeName));

/** Objects of one letter's name each. */
export const named = (letters: string): Body[] => [...letters].map((name) => ({ name }));

export const containers = (...list: unknown[]): Body => ({ containers: list });

/** Plain values of one letter each. */
export const finalizers = (letters: string): Body => ({ finalizers: [...letters] });
