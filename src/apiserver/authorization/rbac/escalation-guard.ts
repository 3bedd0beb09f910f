/**
 * Keeps people from granting more than they hold. Whoever writes a role must be allowed everything that it says, or be
 * allowed to `escalate` it; whoever writes a binding everything that its role says, or be allowed to `bind` it.
 *
 * It is a validating plugin so that it sees the object as it would be stored, and sees it again when the plan is made anew;
 * it is no part of the admission chain that users configure: nobody can switch it off.
 */
import { deepEqual } from '../../../lib/deep-equal.ts';
import { type ApiError, forbidden, notFound } from '../../../scheme/errors.ts';
import type {
  ClusterRole,
  PolicyRule,
  RoleBinding,
} from '../../../scheme/generated/types/rbac-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../admission/plugin.ts';
import { GROUP_MASTERS } from '../../authentication/identities.ts';
import type { UserInfo } from '../../client.ts';
import type { PolicyAuthorizer } from '../policy-authorizer.ts';
import { uncovered } from './covers.ts';
import { describeRules, quoteAll } from './describe-rules.ts';
import type { PolicyIndex } from './policy-index.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

const ROLES: ReadonlySet<string> = new Set(['roles', 'clusterroles']);
const BINDINGS: ReadonlySet<string> = new Set(['rolebindings', 'clusterrolebindings']);

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export interface EscalationGuardOptions {
  /** Says who may `escalate` and `bind`, and what people hold. */
  readonly authorizer: PolicyAuthorizer;
  /** Says what the roles hold that bindings refer to. */
  readonly index: PolicyIndex;
}

export function createEscalationGuard(options: EscalationGuardOptions): AdmissionPlugin {
  return {
    name: 'RBACEscalation',
    handles: ({ group, resource }, operation) =>
      group === RBAC_GROUP &&
      (operation === 'CREATE' || operation === 'UPDATE') &&
      (ROLES.has(resource) || BINDINGS.has(resource)),
    validate(request) {
      if (request.user.groups.includes(GROUP_MASTERS)) return;
      if (ROLES.has(request.resource.resource)) assertMayWriteRole(options, request);
      else assertMayBind(options, request);
    },
  };
}

function assertMayWriteRole(options: EscalationGuardOptions, request: AdmissionRequest): void {
  const { aggregationRule, rules = [] } = request.object as ClusterRole;
  const current = request.current as ClusterRole | undefined;
  if (current && grantsTheSame(current, request.object as ClusterRole)) return;
  if (isAllowed(options, request, 'escalate', request.resource, request.name)) return;
  const rights = options.authorizer.rulesFor(request.user, request.namespace);
  assertCovered(request, rights, rules);
  if (!aggregationRule) return;
  try {
    assertCovered(request, rights, FULL_AUTHORITY);
  } catch {
    throw refuse(request, 'must have cluster-admin privileges to use the aggregationRule');
  }
}

/** Who changes labels or owners grants nothing new. */
function grantsTheSame(current: ClusterRole, next: ClusterRole): boolean {
  return (
    deepEqual(current.rules ?? [], next.rules ?? []) &&
    deepEqual(current.aggregationRule, next.aggregationRule)
  );
}

function assertMayBind(options: EscalationGuardOptions, request: AdmissionRequest): void {
  const { roleRef } = request.object as RoleBinding;
  if (request.current && isCleanUp(request.current, request.object)) return;
  const resource = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const role = { group: RBAC_GROUP, resource };
  if (isAllowed(options, request, 'bind', role, roleRef.name)) return;
  const rules = options.index.rulesOf(roleRef, request.namespace);
  if (!rules) throw notFound({ ...role, name: roleRef.name });
  assertCovered(request, options.authorizer.rulesFor(request.user, request.namespace), rules);
}

/** Whether nothing changes but what garbage collection changes: nobody gains anything by that. */
function isCleanUp(current: ApiObject, next: ApiObject): boolean {
  const significant = ({ metadata, ...rest }: ApiObject): object => {
    const { finalizers, managedFields, ownerReferences, resourceVersion, generation, ...kept } =
      metadata;
    return { ...rest, metadata: kept };
  };
  return deepEqual(significant(current), significant(next));
}

function isAllowed(
  { authorizer }: EscalationGuardOptions,
  { namespace, user }: AdmissionRequest,
  verb: 'bind' | 'escalate',
  resource: GroupResource,
  name: string,
): boolean {
  return authorizer.authorize(user, { verb, resource, namespace, name }).allowed;
}

function assertCovered(
  request: AdmissionRequest,
  { rules: held, errors }: ReturnType<PolicyAuthorizer['rulesFor']>,
  wanted: readonly PolicyRule[],
): void {
  const missing = uncovered(held, wanted);
  if (missing.length === 0) return;
  const because = errors.length === 0 ? '' : `; resolution errors: [${errors.join(' ')}]`;
  throw refuse(
    request,
    `${describeUser(request.user)} is attempting to grant RBAC permissions not currently held:\n${describeRules(missing)}${because}`,
  );
}

function describeUser({ name, groups }: UserInfo): string {
  return `user ${JSON.stringify(name)} (groups=${quoteAll(groups)})`;
}

function refuse({ object, resource }: AdmissionRequest, why: string): ApiError {
  return forbidden({ ...resource, name: object.metadata.name ?? '' }, why);
}
