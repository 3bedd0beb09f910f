/**
 * What is audited: Kubernetes' `audit.k8s.io/v1` Policy. The first rule that matches a request decides how much of it is
 * kept; a request that none matches is not kept.
 */
import type { AuditLevel, AuditStage } from '../../store/telemetry/audit-event.ts';
import type { UserInfo } from '../client.ts';

/** What rules look at. */
export interface AuditedAction {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export interface AuditResources {
  /** '' for the core group. */
  readonly group: string;
  /** `pods`, `pods/log`, `pods/*`, `ANY/scale` (with a star for ANY), `*`; none for every resource of the group. */
  readonly resources: readonly string[];
  /** None for every name. */
  readonly resourceNames: readonly string[];
}

/** Lists that are empty match everything. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly AuditResources[];
  /** '' for what has no namespace. */
  readonly namespaces: readonly string[];
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
  /** The rule is about paths that are no resources, and matches none. */
  readonly isNonResource: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly AuditRule[];
}

/** The rule that decides about `action`; undefined when it is not audited. */
export function findRule({ rules }: AuditPolicy, action: AuditedAction): AuditRule | undefined {
  const found = rules.find((rule) => matches(rule, action));
  return found?.level === 'None' ? undefined : found;
}

function matches(rule: AuditRule, action: AuditedAction): boolean {
  const { user, verb, namespace = '' } = action;
  return (
    !rule.isNonResource &&
    isListed(rule.users, user.name) &&
    (rule.userGroups.length === 0 ||
      user.groups.some((group) => rule.userGroups.includes(group))) &&
    isListed(rule.verbs, verb) &&
    isListed(rule.namespaces, namespace) &&
    (rule.resources.length === 0 || rule.resources.some((one) => includes(one, action)))
  );
}

function isListed(list: readonly string[], value: string): boolean {
  return list.length === 0 || list.includes(value) || list.includes('*');
}

function includes(
  { group, resources, resourceNames }: AuditResources,
  action: AuditedAction,
): boolean {
  if (group !== action.group) return false;
  if (resourceNames.length > 0 && !resourceNames.includes(action.name ?? '')) return false;
  return resources.length === 0 || resources.some((pattern) => isNamed(pattern, action));
}

/** `pods` is the objects alone, `pods/*` their subresources. */
function isNamed(pattern: string, { resource, subresource }: AuditedAction): boolean {
  if (pattern === '*') return true;
  const [wantedResource, wantedSubresource] = pattern.split('/');
  if (wantedResource !== '*' && wantedResource !== resource) return false;
  if (wantedSubresource === '*') return subresource !== undefined;
  return wantedSubresource === subresource;
}
