import type { PolicyRule } from '../../scheme/generated/types/rbac-v1.ts';
import type { UserInfo } from '../client.ts';
import { type Action, type Authorizer, type Decision, NO_OPINION } from './authorizer.ts';

/** The rules that say what somebody may do. */
export interface SubjectRules {
  readonly rules: readonly PolicyRule[];
  /** What keeps the rules from being all: a role that is not there, an authorizer that does not go by rules. */
  readonly errors: readonly string[];
}

export const NO_RULES: SubjectRules = { rules: [], errors: [] };

/** An authorizer that knows its policy by heart: its answers need not be waited for, and it can say what they go by. */
export interface PolicyAuthorizer extends Authorizer {
  authorize(user: UserInfo, action: Action): Decision;
  /** What `user` may in `namespace`, cluster-wide rights included; in '' these alone. */
  rulesFor(user: UserInfo, namespace: string): SubjectRules;
}

const EVERYTHING: SubjectRules = {
  rules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  errors: [],
};

/** Allows everybody everything: `--authorization-mode=AlwaysAllow`. */
export const alwaysAllow: PolicyAuthorizer = {
  authorize: () => ({ allowed: true }),
  rulesFor: () => EVERYTHING,
};

/** Allows the members of one group everything, whatever the policy says. */
export function createPrivilegedGroupAuthorizer(group: string): PolicyAuthorizer {
  return {
    authorize: ({ groups }) => (groups.includes(group) ? { allowed: true } : NO_OPINION),
    rulesFor: ({ groups }) => (groups.includes(group) ? EVERYTHING : NO_RULES),
  };
}

/** Allows what any of `authorizers` allows; of those that do not, each may say why. */
export function createUnionAuthorizer(authorizers: readonly PolicyAuthorizer[]): PolicyAuthorizer {
  return {
    authorize(user, action) {
      let reason: string | undefined;
      for (const authorizer of authorizers) {
        const decision = authorizer.authorize(user, action);
        if (decision.allowed) return decision;
        if (decision.reason) reason = reason ? `${reason}\n${decision.reason}` : decision.reason;
      }
      return reason ? { allowed: false, reason } : NO_OPINION;
    },
    rulesFor(user, namespace) {
      const found = authorizers.map((authorizer) => authorizer.rulesFor(user, namespace));
      return {
        rules: found.flatMap(({ rules }) => rules),
        errors: found.flatMap(({ errors }) => errors),
      };
    },
  };
}
