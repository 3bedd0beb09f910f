import { deepEqual } from '../../lib/deep-equal.ts';
import type { ClusterRole, PolicyRule } from '../../scheme/generated/types/rbac-v1.ts';
import { selectorMatcher } from '../../scheme/label-selector.ts';

/**
 * The rules that an aggregated role is to have: those of the roles that its selectors choose, in order of their names, each
 * rule once. Undefined when it has them, or is not aggregated. Pure.
 */
export function planRules(
  role: ClusterRole,
  all: Iterable<ClusterRole>,
): readonly PolicyRule[] | undefined {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  if (selectors.length === 0) return undefined;
  const matchers = selectors.map(selectorMatcher);
  const parts = [...all]
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .filter(({ metadata }) => matchers.some((matches) => matches(metadata.labels)))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const rule of parts.flatMap(({ rules: own = [] }) => own)) {
    if (!rules.some((known) => deepEqual(known, rule))) rules.push(rule);
  }
  return deepEqual(rules, role.rules ?? []) ? undefined : rules;
}
