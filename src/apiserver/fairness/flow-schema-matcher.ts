import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '../../scheme/generated/types/flowcontrol-v1.ts';
import { parseServiceAccountUserName } from '../authentication/identities.ts';
import type { Action } from '../authorization/authorizer.ts';
import type { UserInfo } from '../client.ts';

/** Whether the requests of `user` that do `action` are of the flows that `schema` is about. */
export function matchesFlowSchema({ spec }: FlowSchema, user: UserInfo, action: Action): boolean {
  return (spec?.rules ?? []).some(
    (rules) =>
      rules.subjects.some((subject) => matchesSubject(subject, user)) &&
      matchesRules(rules, action),
  );
}

function matchesSubject(
  { group, kind, serviceAccount, user: named }: Subject,
  user: UserInfo,
): boolean {
  switch (kind) {
    case 'User':
      return named?.name === '*' || named?.name === user.name;
    case 'Group':
      return group?.name === '*' || user.groups.includes(group?.name ?? '');
    case 'ServiceAccount': {
      const own = parseServiceAccountUserName(user.name);
      if (!own || own.namespace !== serviceAccount?.namespace) return false;
      return serviceAccount.name === '*' || serviceAccount.name === own.name;
    }
    default:
      return false;
  }
}

function matchesRules(
  { nonResourceRules = [], resourceRules = [] }: PolicyRulesWithSubjects,
  action: Action,
): boolean {
  if ('path' in action) return nonResourceRules.some((rule) => matchesPath(rule, action));
  return resourceRules.some((rule) => matchesResource(rule, action));
}

function matchesResource(
  { apiGroups, clusterScope, namespaces = [], resources, verbs }: ResourcePolicyRule,
  action: Exclude<Action, { path: string }>,
): boolean {
  const { namespace, resource, subresource, verb } = action;
  const target = subresource ? `${resource.resource}/${subresource}` : resource.resource;
  if (!has(verbs, verb) || !has(apiGroups, resource.group) || !has(resources, target)) return false;
  return namespace ? has(namespaces, namespace) : clusterScope === true;
}

function matchesPath(
  { nonResourceURLs, verbs }: NonResourcePolicyRule,
  { path, verb }: Extract<Action, { path: string }>,
): boolean {
  if (!has(verbs, verb)) return false;
  return nonResourceURLs.some((url) =>
    url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path,
  );
}

const has = (words: readonly string[], word: string): boolean =>
  words.includes('*') || words.includes(word);
