import type { PolicyRule } from '../../../scheme/generated/types/rbac-v1.ts';
import { allow, READ } from './allow.ts';

/**
 * What every kubelet may do: the rules of the cluster role `system:node`. The node authorizer goes by them where it has no
 * closer rule for a resource, and its closer rules narrow them to the node's own objects.
 */
export const NODE_RULES: readonly PolicyRule[] = [
  allow('create', 'authentication.k8s.io', 'tokenreviews'),
  allow('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  allow(READ, 'core', 'services'),
  allow(`create ${READ}`, 'core', 'nodes'),
  allow('patch update', 'core', 'nodes/status'),
  allow('patch update', 'core', 'nodes'),
  allow('create patch update', 'core events.k8s.io', 'events'),
  allow(READ, 'core', 'pods'),
  allow('create delete', 'core', 'pods'),
  allow('patch update', 'core', 'pods/status'),
  allow('create', 'core', 'pods/eviction'),
  allow(READ, 'core', 'configmaps secrets'),
  allow('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  allow('get', 'core', 'endpoints'),
  allow(`create ${READ}`, 'certificates.k8s.io', 'certificatesigningrequests'),
  allow('create delete get patch update', 'coordination.k8s.io', 'leases'),
  allow('get', 'storage.k8s.io', 'volumeattachments'),
  allow('create', 'core', 'serviceaccounts/token'),
  allow('get patch update', 'core', 'persistentvolumeclaims/status'),
  allow(READ, 'storage.k8s.io', 'csidrivers'),
  allow('create delete get patch update', 'storage.k8s.io', 'csinodes'),
  allow(READ, 'node.k8s.io', 'runtimeclasses'),
  allow(READ, 'certificates.k8s.io', 'clustertrustbundles'),
  allow('get', 'resource.k8s.io', 'resourceclaims'),
  allow(`create delete deletecollection patch update ${READ}`, 'resource.k8s.io', 'resourceslices'),
];
