import type { Subject } from '../../../scheme/generated/types/rbac-v1.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

export const user = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'User', name });

export const group = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'Group', name });

/** A service account of kube-system. */
export const serviceAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace: 'kube-system',
});
