import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../scheme/generated/types/rbac-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import { type SubjectKey, subjectKeyOf } from './subjects.ts';

/** A binding that means a subject, and the words in which it does. */
export interface BoundSubject {
  /** Of the RoleBinding; '' of a ClusterRoleBinding. */
  readonly namespace: string;
  readonly bindingName: string;
  readonly roleRef: RoleRef;
  readonly subject: Subject;
}

type RoleObject = Role | ClusterRole;
type BindingObject = RoleBinding | ClusterRoleBinding;

/** The bindings of one namespace, or of the cluster (''): by subject, then by the name of the binding. */
class ScopeBindings {
  readonly bySubject = new Map<SubjectKey, Map<string, BoundSubject>>();

  put(binding: BindingObject, namespace: string): void {
    const { name: bindingName = '' } = binding.metadata;
    for (const subject of binding.subjects ?? []) {
      const key = subjectKeyOf(subject, namespace);
      if (key === undefined) continue;
      const bound = this.bySubject.get(key) ?? new Map<string, BoundSubject>();
      this.bySubject.set(key, bound);
      // The first subject of a binding that means somebody is the one that reasons name.
      if (bound.has(bindingName)) continue;
      bound.set(bindingName, { namespace, bindingName, roleRef: binding.roleRef, subject });
    }
  }

  remove({ metadata: { name = '' }, subjects = [] }: BindingObject, namespace: string): void {
    for (const subject of subjects) {
      const key = subjectKeyOf(subject, namespace);
      const bound = key === undefined ? undefined : this.bySubject.get(key);
      bound?.delete(name);
      if (key !== undefined && bound?.size === 0) this.bySubject.delete(key);
    }
  }
}

/**
 * Roles by place and bindings by subject, kept as the objects change: what a binding or a role costs to change does not
 * depend on how many others there are.
 */
export class PolicyIndex {
  /** Rules by `namespace/name`; those of ClusterRoles by `/name`. */
  readonly #rules = new Map<string, readonly PolicyRule[]>();
  readonly #scopes = new Map<string, ScopeBindings>();
  readonly #revisions = new Map<string, number>();
  #revision = 0;

  /** Grows with every change: what was worked out at an older one may no longer hold. */
  get revision(): number {
    return this.#revision;
  }

  /** The {@link revision} of the last change of this namespace's own policy; of the cluster's, for ''. */
  revisionOf(namespace: string): number {
    return this.#revisions.get(namespace) ?? 0;
  }

  /** Replaces `previous` by `next`; either may be unset. */
  changeRole(previous: RoleObject | undefined, next: RoleObject | undefined): void {
    const { namespace = '', name = '' } = ((next ?? previous) as RoleObject).metadata;
    const key = `${namespace}/${name}`;
    if (next) this.#rules.set(key, next.rules ?? []);
    else this.#rules.delete(key);
    this.#touch(namespace);
  }

  /** Replaces `previous` by `next`; either may be unset. */
  changeBinding(previous: BindingObject | undefined, next: BindingObject | undefined): void {
    const { namespace = '' } = ((next ?? previous) as ApiObject).metadata;
    const scope = this.#scopes.get(namespace) ?? new ScopeBindings();
    if (previous) scope.remove(previous, namespace);
    if (next) scope.put(next, namespace);
    if (scope.bySubject.size > 0) this.#scopes.set(namespace, scope);
    else this.#scopes.delete(namespace);
    this.#touch(namespace);
  }

  /** The bindings of one scope that mean any of `keys`, each binding once. */
  bindingsOf(namespace: string, keys: readonly SubjectKey[]): readonly BoundSubject[] {
    const scope = this.#scopes.get(namespace);
    if (!scope) return [];
    const found = new Map<string, BoundSubject>();
    for (const key of keys) {
      for (const [name, bound] of scope.bySubject.get(key) ?? []) {
        if (!found.has(name)) found.set(name, bound);
      }
    }
    return [...found.values()];
  }

  /** The rules of a role, or undefined when it is not there. `namespace` is that of the binding. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#rules.get(kind === 'ClusterRole' ? `/${name}` : `${namespace}/${name}`);
  }

  #touch(namespace: string): void {
    this.#revisions.set(namespace, ++this.#revision);
  }
}
