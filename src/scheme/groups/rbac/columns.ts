/** Tables of rbac.authorization.k8s.io. */
import type { RoleBinding } from '../../generated/types/rbac-v1.ts';
import type { PrinterColumn } from '../../kind-strategy.ts';
import { ageColumn, createdAtColumn, nameColumn } from '../columns.ts';

export const roleColumns: readonly PrinterColumn[] = [nameColumn, createdAtColumn];

const subjects = (kind: string, { subjects: all = [] }: RoleBinding): string =>
  all
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');

/** Of RoleBindings and, for all that shows, of ClusterRoleBindings. */
export const roleBindingColumns: readonly PrinterColumn<RoleBinding>[] = [
  nameColumn,
  { name: 'Role', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: 'Users', priority: 1, cell: (binding) => subjects('User', binding) },
  { name: 'Groups', priority: 1, cell: (binding) => subjects('Group', binding) },
  { name: 'ServiceAccounts', priority: 1, cell: (binding) => subjects('ServiceAccount', binding) },
];
