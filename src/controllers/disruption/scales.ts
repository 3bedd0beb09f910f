/** Who answers for the number of a Pod's siblings, and with what. Pure. */
import type { Scale } from '../../scheme/generated/types/autoscaling-v1.ts';
import {
  type ApiObject,
  controllerOf,
  type OwnerReference,
  parseApiVersion,
} from '../../scheme/object.ts';
import { qualifiedName, type ResourceDefinition, type ResourceRef } from '../../scheme/resource.ts';
import { hasScale } from '../shared/scalable-kinds.ts';
import type { OwnerScale } from './plan.ts';

/** What has a number of replicas in its spec. */
export interface Workload extends ApiObject {
  spec?: { replicas?: number };
}

/** The workload of a reference, when it is the very one. */
export type FindWorkload = (owner: OwnerReference) => Workload | undefined;

/** The scale of a workload, or of its own owner where that is one: a Deployment answers for its ReplicaSets. */
export function scaleOfWorkload(owner: OwnerReference, find: FindWorkload): OwnerScale | undefined {
  const workload = find(owner);
  if (!workload) return undefined;
  const above = controllerOf(workload);
  const { metadata, spec } = (above && find(above)) ?? workload;
  return { uid: metadata.uid ?? '', replicas: spec?.replicas ?? 1 };
}

/** What an owner's scale subresource says; undefined when it is another object's, of the same name. */
export function scaleOfAnswer(
  { uid }: OwnerReference,
  answer: Scale | undefined,
): OwnerScale | undefined {
  return answer?.metadata.uid === uid ? { uid, replicas: answer.spec?.replicas ?? 0 } : undefined;
}

/** What owners of that kind are asked for their scale by. @throws {Error} when they have none */
export function scalableResource(
  { apiVersion, kind }: OwnerReference,
  served: readonly ResourceDefinition[],
): ResourceRef<Scale> {
  const { group, version } = parseApiVersion(apiVersion);
  const definition = served.find(
    (one) => one.group === group && one.version === version && one.kind === kind,
  );
  if (!definition) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  if (!hasScale(definition)) {
    throw new Error(`${qualifiedName(definition)} does not implement the scale subresource`);
  }
  const { namespaced, resource } = definition;
  return { group, version, resource, kind, namespaced };
}
