import type { RuleWithOperations } from '../../../scheme/generated/types/admissionregistration-v1.ts';
import { qualifiedName, type ResourceDefinition } from '../../../scheme/resource.ts';
import type { Scheme } from '../../../scheme/scheme.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** A rule of a policy, which may also name objects, or of a webhook. */
export interface Rule extends RuleWithOperations {
  readonly resourceNames?: string[];
}

export type MatchPolicy = 'Equivalent' | 'Exact';

/** Registrations are never judged by what they register: a policy that is wrong can always be put right. */
export function isExempt({ group, resource }: ResourceDefinition): boolean {
  return group === 'admissionregistration.k8s.io' && resource !== '';
}

/**
 * The version in which one of the rules wants to see the request: its own where a rule names it, else, when equivalent
 * versions count, the first that a rule names. Undefined when no rule matches.
 */
export function matchRules(
  rules: readonly Rule[],
  matchPolicy: MatchPolicy,
  request: AdmissionRequest,
): ResourceDefinition | undefined {
  const matches = (definition: ResourceDefinition): boolean =>
    rules.some((rule) => matchesRule(rule, definition, request));
  if (matches(request.requestResource)) return request.requestResource;
  if (matchPolicy === 'Exact') return undefined;
  return equivalents(request).find(matches);
}

/** Other spellings of one stored resource: other versions, and other groups that it was served under. */
function equivalents({ resource, requestResource, state }: AdmissionRequest): ResourceDefinition[] {
  return versionsOfStorage(state.scheme, resource).filter(
    (definition) => definition !== requestResource,
  );
}

const byStorage = new WeakMap<
  Scheme,
  { revision: number; versions: Map<string, ResourceDefinition[]> }
>();

function versionsOfStorage(scheme: Scheme, storage: ResourceDefinition): ResourceDefinition[] {
  let known = byStorage.get(scheme);
  if (known?.revision !== scheme.revision) {
    known = { revision: scheme.revision, versions: groupByStorage(scheme) };
    byStorage.set(scheme, known);
  }
  return known.versions.get(qualifiedName(storage)) ?? [];
}

function groupByStorage(scheme: Scheme): Map<string, ResourceDefinition[]> {
  const versions = new Map<string, ResourceDefinition[]>();
  for (const definition of scheme.served()) {
    const name = qualifiedName(definition.storedAs ?? definition);
    const known = versions.get(name);
    if (known) known.push(definition);
    else versions.set(name, [definition]);
  }
  return versions;
}

function matchesRule(
  rule: Rule,
  { group, version, resource, namespaced }: ResourceDefinition,
  { operation, subresource, name }: AdmissionRequest,
): boolean {
  return (
    names(rule.operations, operation) &&
    names(rule.apiGroups, group) &&
    names(rule.apiVersions, version) &&
    matchesScope(rule.scope, namespaced) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, resource, subresource)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

function names(wanted: readonly string[] | undefined, value: string): boolean {
  return wanted !== undefined && (wanted.includes('*') || wanted.includes(value));
}

function matchesScope(scope: Rule['scope'], namespaced: boolean): boolean {
  if (scope === 'Namespaced') return namespaced;
  return scope === 'Cluster' ? !namespaced : true;
}

/** `pods`, `pods/status`, `pods/*`, `*` (no subresources), and the same of any resource. */
function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const [wanted = '', wantedSubresource = ''] = pattern.split('/');
  if (wanted !== '*' && wanted !== resource) return false;
  return wantedSubresource === '*' || wantedSubresource === subresource;
}
