import { LRUCache } from 'lru-cache';
import type { UserInfo } from '../../client.ts';
import { type Action, type Decision, NO_OPINION } from '../authorizer.ts';
import type { PolicyAuthorizer, SubjectRules } from '../policy-authorizer.ts';
import type { BoundSubject, PolicyIndex } from './policy-index.ts';
import { RuleTable } from './rule-table.ts';
import { describeSubject, type SubjectKey, subjectKeysOf } from './subjects.ts';

/** How many users' tables are kept: rebuilding one costs as much as its rules are many. */
const MAX_KNOWN_USERS = 4_096;
/** Namespaces in which one user's tables are kept. */
const MAX_KNOWN_SCOPES = 1_024;

/** What one user may in one scope, as it was at a revision of that scope's policy and of the cluster's. */
interface ScopeRights {
  readonly revision: number;
  readonly clusterRevision: number;
  readonly table: RuleTable;
  /** What could not be looked up. */
  readonly errors: readonly string[];
}

interface KnownUser {
  readonly keys: readonly SubjectKey[];
  readonly scopes: LRUCache<string, ScopeRights>;
}

/**
 * Role-based access control. The rules that mean a user are arranged once in a table and kept until their policy changes,
 * so that a decision costs about a microsecond whatever the number of roles, bindings and rules.
 */
export class RbacAuthorizer implements PolicyAuthorizer {
  readonly #index: PolicyIndex;
  /** Doors and clients hand the same object over again and again. */
  readonly #byObject = new WeakMap<UserInfo, KnownUser>();
  readonly #byName = new LRUCache<string, KnownUser>({ max: MAX_KNOWN_USERS });

  constructor(index: PolicyIndex) {
    this.#index = index;
  }

  authorize(user: UserInfo, action: Action): Decision {
    const known = this.#know(user);
    const cluster = this.#rights(known, '');
    const namespace = 'path' in action ? undefined : action.namespace;
    const local = namespace ? this.#rights(known, namespace) : undefined;
    const grant = cluster.table.find(action) ?? local?.table.find(action);
    // Only who asks for the reason pays for its text.
    if (grant)
      return {
        allowed: true,
        get reason() {
          return `RBAC: allowed by ${grant()}`;
        },
      };
    return refuse(local ? [...cluster.errors, ...local.errors] : cluster.errors);
  }

  rulesFor(user: UserInfo, namespace: string): SubjectRules {
    const { keys } = this.#know(user);
    const scopes = namespace === '' ? [''] : ['', namespace];
    const rules: SubjectRules['rules'][number][] = [];
    const errors: string[] = [];
    for (const bound of scopes.flatMap((scope) => this.#index.bindingsOf(scope, keys))) {
      const found = this.#index.rulesOf(bound.roleRef, bound.namespace);
      if (found) rules.push(...found);
      else errors.push(roleNotFound(bound));
    }
    return { rules, errors };
  }

  #know(user: UserInfo): KnownUser {
    const known = this.#byObject.get(user);
    if (known) return known;
    const keys = subjectKeysOf(user);
    const name = keys.join('\0');
    const shared = this.#byName.get(name) ?? {
      keys,
      scopes: new LRUCache<string, ScopeRights>({ max: MAX_KNOWN_SCOPES }),
    };
    this.#byName.set(name, shared);
    this.#byObject.set(user, shared);
    return shared;
  }

  #rights({ keys, scopes }: KnownUser, namespace: string): ScopeRights {
    const known = scopes.get(namespace);
    const revision = this.#index.revisionOf(namespace);
    const clusterRevision = this.#index.revisionOf('');
    if (known?.revision === revision && known.clusterRevision === clusterRevision) return known;
    const rights = { revision, clusterRevision, ...this.#arrange(keys, namespace) };
    scopes.set(namespace, rights);
    return rights;
  }

  #arrange(keys: readonly SubjectKey[], namespace: string): Pick<ScopeRights, 'table' | 'errors'> {
    const table = new RuleTable();
    const errors: string[] = [];
    for (const bound of this.#index.bindingsOf(namespace, keys)) {
      const rules = this.#index.rulesOf(bound.roleRef, namespace);
      if (!rules) errors.push(roleNotFound(bound));
      for (const rule of rules ?? []) table.add(rule, () => describeBinding(bound));
    }
    return { table, errors };
  }
}

function refuse(errors: readonly string[]): Decision {
  const [only] = errors;
  if (only === undefined) return NO_OPINION;
  const what = errors.length === 1 ? only : `[${[...new Set(errors)].join(', ')}]`;
  return { allowed: false, reason: `RBAC: ${what}` };
}

function roleNotFound({ roleRef: { kind, name } }: BoundSubject): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`;
}

function describeBinding({ bindingName, namespace, roleRef, subject }: BoundSubject): string {
  const binding =
    namespace === ''
      ? `ClusterRoleBinding "${bindingName}"`
      : `RoleBinding "${bindingName}/${namespace}"`;
  const to = describeSubject(subject, namespace);
  return `${binding} of ${roleRef.kind} "${roleRef.name}" to ${to}`;
}
