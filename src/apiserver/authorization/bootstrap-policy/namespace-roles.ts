/** The default roles of kube-system and kube-public, each with whom it is bound to. */
import type { PolicyRule, Subject } from '../../../scheme/generated/types/rbac-v1.ts';
import { allow, READ, RECORD_EVENTS } from './allow.ts';
import { serviceAccount, user } from './subjects.ts';

export interface NamespacedRoleEntry {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly subjects: readonly Subject[];
  /** @default that of the role */
  readonly bindingName?: string;
}

const CONTROLLER_MANAGER = user('system:kube-controller-manager');
const SCHEDULER = user('system:kube-scheduler');

export const NAMESPACE_ROLES: readonly NamespacedRoleEntry[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    bindingName: 'system::extension-apiserver-authentication-reader',
    rules: [allow(READ, 'core', 'configmaps', 'extension-apiserver-authentication')],
    subjects: [CONTROLLER_MANAGER, SCHEDULER],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: [allow(READ, 'core', 'secrets')],
    subjects: [serviceAccount('bootstrap-signer')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: [allow(`create ${READ}`, 'core', 'configmaps')],
    subjects: [serviceAccount('cloud-provider')],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: [allow(`delete ${READ}`, 'core', 'secrets'), RECORD_EVENTS],
    subjects: [serviceAccount('token-cleaner')],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    rules: [
      allow('watch', 'core', 'configmaps'),
      allow('get update', 'core', 'configmaps', 'kube-controller-manager'),
      allow(`create update ${READ}`, 'coordination.k8s.io', 'leases'),
    ],
    subjects: [
      CONTROLLER_MANAGER,
      serviceAccount('kube-controller-manager'),
      serviceAccount('leader-election-controller'),
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    rules: [
      allow('watch', 'core', 'configmaps'),
      allow('get update', 'core', 'configmaps', 'kube-scheduler'),
    ],
    subjects: [SCHEDULER, serviceAccount('kube-scheduler')],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [
      allow(READ, 'core', 'configmaps'),
      allow('update', 'core', 'configmaps', 'cluster-info'),
      RECORD_EVENTS,
    ],
    subjects: [serviceAccount('bootstrap-signer')],
  },
];
