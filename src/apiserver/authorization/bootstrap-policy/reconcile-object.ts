/** What mending a default role or binding changes: what is missing comes back, what somebody added stays. Pure. */
import { deepEqual } from '../../../lib/deep-equal.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from '../../../scheme/generated/types/rbac-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { NewObject } from '../../client.ts';
import type { Mending } from '../../reconcile-defaults.ts';
import { uncovered } from '../rbac/covers.ts';
import { joinVerbs } from '../rbac/describe-rules.ts';
import { ANNOTATION_AUTOUPDATE } from './default-policy.ts';

type RoleObject = ClusterRole | Role;
/** Roles of a namespace are never aggregated. */
interface Aggregating {
  readonly aggregationRule?: ClusterRole['aggregationRule'];
}
type BindingObject = ClusterRoleBinding | RoleBinding;

/** Somebody said that a start is to leave the object alone. */
function isProtected({ metadata }: ApiObject): boolean {
  return metadata.annotations?.[ANNOTATION_AUTOUPDATE] === 'false';
}

/** `current` with every rule and selector of `expected`, or undefined when it has them all. */
export function mendRole<T extends RoleObject>(current: T, expected: NewObject<T>): T | undefined {
  if (isProtected(current)) return undefined;
  const mended = { ...current, metadata: mendMetadata(current, expected) };
  const missing = uncovered(current.rules ?? [], expected.rules ?? []);
  if (missing.length > 0) mended.rules = [...(current.rules ?? []), ...joinVerbs(missing)];
  const aggregationRule = mendAggregation(current as Aggregating, expected as Aggregating);
  if (aggregationRule) (mended as ClusterRole).aggregationRule = aggregationRule;
  return deepEqual(mended, current) ? undefined : mended;
}

function mendAggregation(
  current: Aggregating,
  { aggregationRule: expected }: Aggregating,
): ClusterRole['aggregationRule'] {
  const selectors = current.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (expected?.clusterRoleSelectors ?? []).filter(
    (wanted) => !selectors.some((selector) => deepEqual(selector, wanted)),
  );
  if (missing.length === 0) return current.aggregationRule;
  return { clusterRoleSelectors: [...selectors, ...missing] };
}

/**
 * `current` with every subject of `expected`; undefined when it has them all; `replace` when it leads to another role, which
 * no update can change.
 */
export function mendBinding<T extends BindingObject>(
  current: T,
  expected: NewObject<T>,
): Mending<T> {
  if (isProtected(current)) return undefined;
  if (!deepEqual(current.roleRef, expected.roleRef)) return 'replace';
  const subjects = current.subjects ?? [];
  const missing = (expected.subjects ?? []).filter(
    (wanted) => !subjects.some((subject) => deepEqual(subject, wanted)),
  );
  const mended = { ...current, metadata: mendMetadata(current, expected) };
  if (missing.length > 0) mended.subjects = [...subjects, ...missing];
  return deepEqual(mended, current) ? undefined : mended;
}

function mendMetadata(
  { metadata }: ApiObject,
  { metadata: expected }: NewObject<ApiObject>,
): ApiObject['metadata'] {
  return {
    ...metadata,
    labels: { ...expected.labels, ...metadata.labels },
    annotations: { ...expected.annotations, ...metadata.annotations },
  };
}
