import type { Subject } from '../../../scheme/generated/types/rbac-v1.ts';
import { serviceAccountUser } from '../../authentication/identities.ts';
import type { UserInfo } from '../../client.ts';

/** How bindings find whom they mean: a word that stands for one user or one group. */
export type SubjectKey = string;

const userKey = (name: string): SubjectKey => `u:${name}`;
const groupKey = (name: string): SubjectKey => `g:${name}`;

/** Every subject that `user` is. */
export function subjectKeysOf({ name, groups }: UserInfo): SubjectKey[] {
  return [userKey(name), ...groups.map(groupKey)];
}

/**
 * Whom a subject of a binding means, or undefined for one that means nobody.
 * @param bindingNamespace of the RoleBinding, where service accounts are that name no namespace; '' of a ClusterRoleBinding
 */
export function subjectKeyOf(subject: Subject, bindingNamespace: string): SubjectKey | undefined {
  switch (subject.kind) {
    case 'User':
      return userKey(subject.name);
    case 'Group':
      return groupKey(subject.name);
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace === ''
        ? undefined
        : userKey(serviceAccountUser(namespace, subject.name).name);
    }
    default:
      return undefined;
  }
}

/** As reasons name a subject: `User "jane"`, `ServiceAccount "builder/ci"`. */
export function describeSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} "${subject.name}"`;
  return `ServiceAccount "${subject.name}/${subject.namespace || bindingNamespace}"`;
}
