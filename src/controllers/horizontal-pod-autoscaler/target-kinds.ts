import type { CrossVersionObjectReference } from '../../scheme/generated/types/autoscaling-v2.ts';
import { parseApiVersion } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import { hasScale } from '../shared/scalable-kinds.ts';

/**
 * The resource that a target is of, whatever its version: the first that has a scale. Pure.
 * @throws {Error} when there is none
 */
export function targetResource(
  { apiVersion = '', kind }: CrossVersionObjectReference,
  served: readonly ResourceDefinition[],
): ResourceDefinition {
  const { group } = parseApiVersion(apiVersion);
  const found = served.find((one) => one.group === group && one.kind === kind && hasScale(one));
  if (found) return found;
  throw new Error(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
}
