import type { AuditPolicy, AuditRule } from './audit-policy.ts';

const EVERYTHING: AuditRule = {
  level: 'Metadata',
  users: [],
  userGroups: [],
  verbs: [],
  resources: [],
  namespaces: [],
  omitStages: new Set(['RequestReceived']),
  omitManagedFields: true,
  isNonResource: false,
};

/**
 * Who changed what, without contents. Reads are not kept, nor what the control plane's own parts do, which act on what
 * others want.
 */
export const DEFAULT_AUDIT_POLICY: AuditPolicy = {
  rules: [
    {
      ...EVERYTHING,
      level: 'None',
      users: ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'],
    },
    {
      ...EVERYTHING,
      level: 'None',
      userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'],
    },
    { ...EVERYTHING, level: 'None', verbs: ['get', 'list', 'watch'] },
    // Questions are created, and change nothing.
    {
      ...EVERYTHING,
      level: 'None',
      resources: ['authentication.k8s.io', 'authorization.k8s.io'].map((group) => ({
        group,
        resources: [],
        resourceNames: [],
      })),
    },
    EVERYTHING,
  ],
};
