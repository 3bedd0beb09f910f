import { ApiError } from '../../scheme/errors.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import type { UserInfo } from '../client.ts';

/** What somebody wants to do with objects, as the rules of an authorizer see it. */
export interface ResourceAction {
  readonly verb: string;
  readonly resource: GroupResource;
  readonly subresource?: string | undefined;
  /** Unset for all namespaces and for what has none. */
  readonly namespace?: string | undefined;
  /** The one object that it is about; of a list or a watch, the name that its field selector pins. */
  readonly name?: string | undefined;
  /** Of a list, a watch or a deletecollection: as the client wrote it. */
  readonly fieldSelector?: string | undefined;
}

/** What somebody wants to do with a path that is no resource: `get /version`. */
export interface PathAction {
  readonly verb: string;
  readonly path: string;
}

export type Action = ResourceAction | PathAction;

export type Decision =
  | { readonly allowed: true; readonly reason?: string }
  | {
      readonly allowed: false;
      /** Why not, where the authorizer knows more than that no rule allows it. */
      readonly reason?: string;
    };

/** Says who may do what. */
export interface Authorizer {
  /** A promise only where an answer must be waited for: this is asked for every request. */
  authorize(user: UserInfo, action: Action): Decision | Promise<Decision>;
}

export const NO_OPINION: Decision = { allowed: false };

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
  if (!decision.allowed) throw forbiddenAction(user, action, decision.reason);
}

/** The Forbidden that says what `user` may not do. */
export function forbiddenAction(user: UserInfo, action: Action, reason?: string): ApiError {
  const because = reason ? `: ${reason}` : '';
  if ('path' in action) {
    const { path, verb } = action;
    return new ApiError(
      'Forbidden',
      `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${because}`,
    );
  }
  const { resource, name } = action;
  const what = name
    ? `${qualifiedName(resource)} "${name}" is forbidden`
    : `${qualifiedName(resource)} is forbidden`;
  return new ApiError('Forbidden', `${what}: ${describe(user, action)}${because}`, {
    ...(name ? { name } : {}),
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.resource,
  });
}

function describe(
  user: UserInfo,
  { verb, resource, subresource, namespace }: ResourceAction,
): string {
  const target = subresource ? `${resource.resource}/${subresource}` : resource.resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  return `User "${user.name}" cannot ${verb} resource "${target}" in API group "${resource.group}" ${where}`;
}
