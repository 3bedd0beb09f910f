import { ApiError } from '../../scheme/errors.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import { GROUP_MASTERS, isComponent } from '../authentication/identities.ts';
import type { UserInfo } from '../client.ts';

/** What somebody wants to do, as the rules of an authorizer see it. */
export interface Action {
  readonly verb: string;
  readonly resource: GroupResource;
  readonly subresource?: string | undefined;
  /** Unset for all namespaces and for what has none. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason?: string };

/** Says who may do what. RBAC will be one of these. */
export interface Authorizer {
  /** A promise only where an answer must be waited for: this is asked for every request. */
  authorize(user: UserInfo, action: Action): Decision | Promise<Decision>;
}

const ALLOWED: Decision = { allowed: true };
const NO_OPINION: Decision = { allowed: false };

/** Allows the administrators and the control plane's own parts everything, and nobody else anything. */
export const privilegedAuthorizer: Authorizer = {
  authorize: (user) =>
    user.groups.includes(GROUP_MASTERS) || isComponent(user) ? ALLOWED : NO_OPINION,
};

/**
 * Throws Forbidden, in Kubernetes' words, when `user` may not.
 * @returns a promise only when the authorizer gives one
 */
export function assertAuthorized(
  authorizer: Authorizer,
  user: UserInfo,
  action: Action,
): void | Promise<void> {
  const decision = authorizer.authorize(user, action);
  if (decision instanceof Promise)
    return decision.then((settled) => assertAllowed(settled, user, action));
  assertAllowed(decision, user, action);
}

function assertAllowed(decision: Decision, user: UserInfo, action: Action): void {
  if (decision.allowed) return;
  const { resource, name } = action;
  const what = name
    ? `${qualifiedName(resource)} "${name}" is forbidden`
    : `${qualifiedName(resource)} is forbidden`;
  const because = decision.reason ? `: ${decision.reason}` : '';
  throw new ApiError('Forbidden', `${what}: ${describe(user, action)}${because}`, {
    ...(name ? { name } : {}),
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.resource,
  });
}

function describe(user: UserInfo, { verb, resource, subresource, namespace }: Action): string {
  const target = subresource ? `${resource.resource}/${subresource}` : resource.resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `User "${user.name}" cannot ${verb} resource "${target}" in API group "${resource.group}" ${where}`;
}
