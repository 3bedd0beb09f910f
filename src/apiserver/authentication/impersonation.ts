/**
 * Acting as somebody else: who may `impersonate` a user, a group, a uid or an extra value may send requests as them. What
 * they then may do is what that user may.
 */
import { badRequest } from '../../scheme/errors.ts';
import { type Action, type Authorizer, assertAuthorized } from '../authorization/authorizer.ts';
import type { UserInfo } from '../client.ts';
import type { Impersonation } from './authenticator.ts';
import {
  ANONYMOUS_USER,
  GROUP_AUTHENTICATED,
  GROUP_UNAUTHENTICATED,
  parseServiceAccountUserName,
  serviceAccountGroups,
} from './identities.ts';

const VERB_IMPERSONATE = 'impersonate';
const CORE = '';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * @returns the user that `impersonator` acts as
 * @throws {ApiError} Forbidden unless they may impersonate each part of it, BadRequest when no user is named
 */
export async function impersonate(
  authorizer: Authorizer,
  impersonator: UserInfo,
  impersonation: Impersonation,
): Promise<UserInfo> {
  const { user, groups, uid, extra } = impersonation;
  if (!user) {
    throw badRequest('requested groups, a uid or extra values without impersonating a user');
  }
  for (const action of impersonationActions(user, impersonation)) {
    await assertAuthorized(authorizer, impersonator, action);
  }
  return {
    name: user,
    ...(uid ? { uid } : {}),
    groups: groups.length > 0 ? withAuthenticated(user, groups) : groupsOf(user),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

function* impersonationActions(
  user: string,
  { groups, uid, extra }: Impersonation,
): Iterable<Action> {
  const to = (group: string, resource: string, rest: Partial<Action>): Action => ({
    verb: VERB_IMPERSONATE,
    resource: { group, resource },
    ...rest,
  });
  const account = parseServiceAccountUserName(user);
  if (account) yield to(CORE, 'serviceaccounts', account);
  else yield to(CORE, 'users', { name: user });
  for (const name of groups) yield to(CORE, 'groups', { name });
  if (uid) yield to(AUTHENTICATION, 'uids', { name: uid });
  for (const [subresource, values] of Object.entries(extra)) {
    for (const name of values) yield to(AUTHENTICATION, 'userextras', { subresource, name });
  }
}

/** The groups of a user of whom only the name is said. */
function groupsOf(user: string): readonly string[] {
  if (user === ANONYMOUS_USER.name) return ANONYMOUS_USER.groups;
  const account = parseServiceAccountUserName(user);
  return account ? serviceAccountGroups(account.namespace) : [GROUP_AUTHENTICATED];
}

/** Everybody is either authenticated or not: named groups that say neither are those of somebody who is. */
function withAuthenticated(user: string, groups: readonly string[]): readonly string[] {
  const isSettled =
    user === ANONYMOUS_USER.name ||
    groups.includes(GROUP_AUTHENTICATED) ||
    groups.includes(GROUP_UNAUTHENTICATED);
  return isSettled ? groups : [...groups, GROUP_AUTHENTICATED];
}
