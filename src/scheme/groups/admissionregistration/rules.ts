import { duplicate, type FieldError, invalid, required } from '../../field-error.ts';
import type {
  MatchResources,
  NamedRuleWithOperations,
} from '../../generated/types/admissionregistration-v1.ts';
import { validateLabelSelector } from '../../label-selector.ts';
import { pathSegmentProblems } from '../../names.ts';

/** Fills in what selects everything, as every version does. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) {
    rule.scope ??= '*';
  }
}

export function validateMatchResources(
  match: MatchResources | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!match) return;
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    const selector = match[name];
    if (selector) validateLabelSelector(selector, `${path}.${name}`, errors);
  }
  for (const name of ['resourceRules', 'excludeResourceRules'] as const) {
    match[name]?.forEach((rule, index) => {
      validateRule(rule, `${path}.${name}[${index}]`, errors);
    });
  }
}

export function validateRule(
  rule: NamedRuleWithOperations,
  path: string,
  errors: FieldError[],
): void {
  rule.resourceNames?.forEach((name, index, all) => {
    const at = `${path}.resourceNames[${index}]`;
    for (const problem of pathSegmentProblems(name)) errors.push(invalid(at, name, problem));
    if (all.indexOf(name) < index) errors.push(duplicate(at, name));
  });
  validateWords(rule.operations, `${path}.operations`, 'operations', errors);
  validateWords(rule.apiGroups, `${path}.apiGroups`, 'API groups', errors);
  validateWords(rule.apiVersions, `${path}.apiVersions`, 'API versions', errors);
  rule.apiVersions?.forEach((version, index) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`));
  });
  validateResources(rule.resources ?? [], `${path}.resources`, errors);
}

/** At least one, and `*` alone. */
function validateWords(
  words: readonly string[] | undefined,
  path: string,
  what: string,
  errors: FieldError[],
): void {
  if (!words?.length) errors.push(required(path));
  else if (words.length > 1 && words.includes('*')) {
    errors.push(invalid(path, words, `if '*' is present, must not specify other ${what}`));
  }
}

function validateResources(resources: readonly string[], path: string, errors: FieldError[]): void {
  if (resources.length === 0) errors.push(required(path));
  const covered = new Map<string, string>();
  for (const [index, pattern] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (pattern === '') errors.push(required(at));
    const [resource = '', subresource] = splitOnce(pattern);
    if (subresource === undefined) continue;
    for (const wider of [`${resource}/*`, `*/${subresource}`]) {
      if (!covered.has(wider)) continue;
      errors.push(invalid(at, pattern, `if '${wider}' is present, must not specify ${pattern}`));
    }
    if (subresource === '*' || resource === '*') covered.set(pattern, pattern);
  }
  validateWildcards(resources, path, errors);
}

function splitOnce(pattern: string): [string, string?] {
  const slash = pattern.indexOf('/');
  return slash < 0 ? [pattern] : [pattern.slice(0, slash), pattern.slice(slash + 1)];
}

function validateWildcards(resources: readonly string[], path: string, errors: FieldError[]): void {
  if (resources.length > 1 && resources.includes('*/*')) {
    const detail = "if '*/*' is present, must not specify other resources";
    errors.push(invalid(path, resources, detail));
  }
  const names = resources.some((pattern) => pattern !== '*' && !pattern.includes('/'));
  if (resources.includes('*') && names) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(path, resources, detail));
  }
}
