import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../generated/types/rbac-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { checkDnsSubdomain, requirePathSegment, requireText } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

const GROUP = 'rbac.authorization.k8s.io';
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];

type Binding = RoleBinding | ClusterRoleBinding;

function applyDefaults({ roleRef, subjects }: Binding): void {
  roleRef.apiGroup ||= GROUP;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
  }
}

interface BindingRules {
  readonly roleKinds: readonly string[];
  readonly isNamespaced: boolean;
}

function validateBinding(
  { roleRef, subjects = [] }: Binding,
  { roleKinds, isNamespaced }: BindingRules,
): FieldError[] {
  const errors: FieldError[] = [];
  const { apiGroup, kind, name } = roleRef;
  if (apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup ?? '', [GROUP]));
  if (!roleKinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, roleKinds));
  requirePathSegment(name, 'roleRef.name', errors);
  subjects.forEach((subject, index) => {
    validateSubject(subject, `subjects[${index}]`, errors, isNamespaced);
  });
  return errors;
}

function validateSubject(
  { kind, name, apiGroup = '', namespace }: Subject,
  path: string,
  errors: FieldError[],
  isNamespaced: boolean,
): void {
  const isNamed = requireText(name, `${path}.name`, errors);
  if (!SUBJECT_KINDS.includes(kind)) {
    errors.push(notSupported(`${path}.kind`, kind, SUBJECT_KINDS));
    return;
  }
  const group = kind === 'ServiceAccount' ? '' : GROUP;
  if (kind === 'ServiceAccount' && isNamed) checkDnsSubdomain(name, `${path}.name`, errors);
  if (apiGroup !== group) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [group]));
  // Within a namespace the binding's own is meant.
  if (kind === 'ServiceAccount' && !namespace && !isNamespaced) {
    errors.push(required(`${path}.namespace`));
  }
}

function validateUpdate({ roleRef: next }: Binding, { roleRef: current }: Binding): FieldError[] {
  return deepEqual(next, current) ? [] : [invalid('roleRef', next, 'cannot change roleRef')];
}

const subjectsOf = (kind: string, { subjects: all = [] }: Binding): string =>
  all
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');

const columns: readonly PrinterColumn<Binding>[] = [
  nameColumn,
  {
    name: 'Role',
    description: 'The role that is bound.',
    cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
  },
  ageColumn,
  {
    name: 'Users',
    description: 'The users who have it.',
    priority: 1,
    cell: (binding) => subjectsOf('User', binding),
  },
  {
    name: 'Groups',
    description: 'The groups that have it.',
    priority: 1,
    cell: (binding) => subjectsOf('Group', binding),
  },
  {
    name: 'ServiceAccounts',
    description: 'The service accounts that have it.',
    priority: 1,
    cell: (binding) => subjectsOf('ServiceAccount', binding),
  },
];

function bindingStrategy<T extends Binding>(rules: BindingRules): KindStrategy<T> {
  return {
    ...WITHOUT_GENERATION,
    nameRule: 'path-segment',
    applyDefaults,
    validate: (binding) => validateBinding(binding, rules),
    validateUpdate,
    printerColumns: columns,
  };
}

/** rbac.authorization.k8s.io/RoleBinding. */
export const roleBindingStrategy = bindingStrategy<RoleBinding>({
  roleKinds: ['Role', 'ClusterRole'],
  isNamespaced: true,
});

/** rbac.authorization.k8s.io/ClusterRoleBinding. */
export const clusterRoleBindingStrategy = bindingStrategy<ClusterRoleBinding>({
  roleKinds: ['ClusterRole'],
  isNamespaced: false,
});
