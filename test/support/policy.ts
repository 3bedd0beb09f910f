import type { Action } from '../../src/apiserver/authorization/authorizer.ts';
import { PolicyIndex } from '../../src/apiserver/authorization/rbac/policy-index.ts';
import { RbacAuthorizer } from '../../src/apiserver/authorization/rbac/rbac-authorizer.ts';
import type { UserInfo } from '../../src/apiserver/client.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from '../../src/scheme/generated/types/rbac-v1.ts';

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const API_GROUP = 'rbac.authorization.k8s.io';

/** `get,list pods,pods/log`, `get apps:deployments`, `* *:*`, `get pods names=a,b`, `get /version`: a rule in one line. */
export function rule(text: string): PolicyRule {
  const [verbs = '', targets = '', names] = text.split(' ');
  if (targets.startsWith('/') || targets === '~*') {
    return { verbs: verbs.split(','), nonResourceURLs: targets.replace('~', '').split(',') };
  }
  const [groups, resources] = targets.includes(':') ? targets.split(':') : ['', targets];
  return {
    verbs: verbs.split(','),
    apiGroups: (groups as string).split(','),
    resources: (resources as string).split(','),
    ...(names ? { resourceNames: names.replace('names=', '').split(',') } : {}),
  };
}

/** `get pods/log in default named web`, `list apps:deployments`, `get /version`: an action in one line. */
export function action(text: string): Action {
  const match =
    /^(?<verb>\S+) (?:(?<group>[^:\s/]*):)?(?<target>\S+)(?: in (?<namespace>\S+))?(?: named (?<name>\S+))?$/.exec(
      text,
    );
  const { verb = '', group = '', target = '', namespace, name } = match?.groups ?? {};
  if (target.startsWith('/')) return { verb, path: target };
  const [resource = '', subresource] = target.split('/');
  return { verb, resource: { group, resource }, subresource, namespace, name };
}

/** `User:jane`, `Group:devs`, `ServiceAccount:ci/builder`. */
export function subject(text: string): Subject {
  const [kind = '', rest = ''] = [
    text.slice(0, text.indexOf(':')),
    text.slice(text.indexOf(':') + 1),
  ];
  if (kind !== 'ServiceAccount') return { apiGroup: API_GROUP, kind, name: rest };
  const [namespace, name] = rest.includes('/') ? rest.split('/') : [undefined, rest];
  return { kind, name: name as string, ...(namespace ? { namespace } : {}) };
}

export function clusterRole(name: string, ...rules: string[]): ClusterRole {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name },
    rules: rules.map(rule),
  };
}

export function role(namespace: string, name: string, ...rules: string[]): Role {
  return {
    apiVersion: API_VERSION,
    kind: 'Role',
    metadata: { namespace, name },
    rules: rules.map(rule),
  };
}

export function clusterRoleBinding(
  name: string,
  roleName: string,
  ...subjects: string[]
): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: API_GROUP, kind: 'ClusterRole', name: roleName },
    subjects: subjects.map(subject),
  };
}

/** @param roleName `ClusterRole/view` for a cluster role */
export function roleBinding(
  namespace: string,
  name: string,
  roleName: string,
  ...subjects: string[]
): RoleBinding {
  const [kind, bare] = roleName.includes('/') ? roleName.split('/') : ['Role', roleName];
  return {
    apiVersion: API_VERSION,
    kind: 'RoleBinding',
    metadata: { namespace, name },
    roleRef: { apiGroup: API_GROUP, kind: kind as string, name: bare as string },
    subjects: subjects.map(subject),
  };
}

export type PolicyObject = ClusterRole | ClusterRoleBinding | Role | RoleBinding;

export function isRole(object: PolicyObject): object is ClusterRole | Role {
  return object.kind === 'ClusterRole' || object.kind === 'Role';
}

/** Roles and bindings in an index, and the authorizer that goes by it. */
export class TestPolicy {
  readonly index = new PolicyIndex();
  readonly authorizer = new RbacAuthorizer(this.index);

  constructor(...objects: PolicyObject[]) {
    for (const object of objects) this.change(undefined, object);
  }

  change(previous: PolicyObject | undefined, next: PolicyObject | undefined): void {
    const kind = (next ?? previous) as PolicyObject;
    if (isRole(kind)) this.index.changeRole(previous as Role, next as Role);
    else this.index.changeBinding(previous as RoleBinding, next as RoleBinding);
  }

  allows(user: UserInfo, text: string): boolean {
    return this.authorizer.authorize(user, action(text)).allowed;
  }
}

export function person(name: string, ...groups: string[]): UserInfo {
  return { name, groups: [...groups, 'system:authenticated'] };
}
