import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';

/** Rules as refusals list them, one a line, verbs on the same thing together: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
export function describeRules(rules: readonly PolicyRule[]): string {
  return [...new Set(joinVerbs(rules).map(describeRule))].sort().join('\n');
}

/** Rules that differ in nothing but their verbs become one. */
export function joinVerbs(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs, ...target } = rule;
    const key = JSON.stringify([
      target.apiGroups,
      target.resources,
      target.resourceNames,
      target.nonResourceURLs,
    ]);
    const known = joined.get(key);
    joined.set(key, { ...target, verbs: [...new Set([...(known?.verbs ?? []), ...verbs])] });
  }
  return [...joined.values()];
}

function describeRule(rule: PolicyRule): string {
  const parts = [
    describePart('APIGroups', rule.apiGroups),
    describePart('Resources', rule.resources),
    describePart('NonResourceURLs', rule.nonResourceURLs),
    describePart('ResourceNames', rule.resourceNames),
    describePart('Verbs', rule.verbs),
  ];
  return `{${parts.filter(Boolean).join(', ')}}`;
}

function describePart(name: string, values: readonly string[] = []): string {
  return values.length === 0 ? '' : `${name}:${quoteAll(values)}`;
}

/** As Go prints a list of strings: `["a" "b"]`. */
export function quoteAll(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
