/** The cluster roles of the control plane's own parts, controllers aside. */
import { allow, allowPaths, READ, RECORD_EVENTS } from './allow.ts';
import { NODE_RULES } from './node-rules.ts';
import type { RoleEntry } from './user-roles.ts';

const delegatedChecks = [
  allow('create', 'authentication.k8s.io', 'tokenreviews'),
  allow('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

/** A Lease of this name is how one of several processes comes to lead. */
const leaderLease = (name: string) => [
  allow('create', 'coordination.k8s.io', 'leases'),
  allow('get update', 'coordination.k8s.io', 'leases', name),
];

const approver = (signer: string): RoleEntry => ({
  name: `system:certificates.k8s.io:${signer}-approver`,
  rules: [allow('approve', 'certificates.k8s.io', 'signers', `kubernetes.io/${signer}`)],
});

const requester = (subresource: string): RoleEntry => ({
  name: `system:certificates.k8s.io:certificatesigningrequests:${subresource}`,
  rules: [allow('create', 'certificates.k8s.io', `certificatesigningrequests/${subresource}`)],
});

export const COMPONENT_ROLES: readonly RoleEntry[] = [
  {
    name: 'system:kube-controller-manager',
    rules: [
      RECORD_EVENTS,
      ...leaderLease('kube-controller-manager'),
      allow('create', 'core', 'secrets serviceaccounts'),
      allow('delete', 'core', 'secrets'),
      allow('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
      allow('update', 'core', 'secrets serviceaccounts'),
      ...delegatedChecks,
      // The informers of all controllers are its.
      allow('list watch', '*', '*'),
      allow('create', 'core', 'serviceaccounts/token'),
    ],
  },
  {
    name: 'system:kube-scheduler',
    rules: [
      RECORD_EVENTS,
      ...leaderLease('kube-scheduler'),
      allow(READ, 'core', 'nodes'),
      allow(`delete ${READ}`, 'core', 'pods'),
      allow('create', 'core', 'bindings pods/binding'),
      allow('patch update', 'core', 'pods/status'),
      allow(READ, 'core', 'replicationcontrollers services'),
      allow(READ, 'apps extensions', 'replicasets'),
      allow(READ, 'apps', 'statefulsets'),
      allow(READ, 'policy', 'poddisruptionbudgets'),
      allow(READ, 'core', 'persistentvolumeclaims persistentvolumes'),
      ...delegatedChecks,
      allow(READ, 'storage.k8s.io', 'csinodes'),
      allow(READ, 'core', 'namespaces'),
      allow(READ, 'storage.k8s.io', 'csidrivers'),
      allow(READ, 'storage.k8s.io', 'csistoragecapacities'),
      allow(READ, 'storage.k8s.io', 'volumeattachments'),
      allow(
        READ,
        'resource.k8s.io',
        'deviceclasses devicetaintrules resourceclaims resourceslices',
      ),
      allow('patch update', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
      allow('create', 'resource.k8s.io', 'resourceclaims'),
      allow('update', 'core', 'pods/finalizers'),
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      allow(`patch update ${READ}`, 'core', 'persistentvolumes'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
      allow(`patch update ${READ}`, 'core', 'persistentvolumeclaims'),
    ],
  },
  { name: 'system:node', rules: NODE_RULES },
  {
    // Simulated kubelets of one process look through one pair of eyes; each writes as its own node.
    name: 'system:orrery:kubelet-host',
    rules: [
      allow('list watch', 'core', 'nodes pods'),
      allow('list watch', 'coordination.k8s.io', 'leases'),
      allow('list watch', 'simulation.orrery.dev', 'faults stages'),
    ],
  },
  {
    name: 'system:orrery:simulation',
    rules: [
      RECORD_EVENTS,
      allow('list watch', 'core', 'nodes pods'),
      allow('create delete', 'core', 'nodes'),
      allow('list watch', 'simulation.orrery.dev', 'faults nodeprofiles stages'),
      allow('update', 'simulation.orrery.dev', 'faults/status nodeprofiles/status stages/status'),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [allow(`create ${READ}`, 'certificates.k8s.io', 'certificatesigningrequests')],
  },
  {
    name: 'system:node-problem-detector',
    rules: [allow('get', 'core', 'nodes'), allow('patch', 'core', 'nodes/status'), RECORD_EVENTS],
  },
  {
    name: 'system:node-proxier',
    rules: [
      allow('list watch', 'core', 'endpoints services'),
      allow(READ, 'core', 'nodes'),
      RECORD_EVENTS,
      allow('list watch', 'discovery.k8s.io', 'endpointslices'),
      allow('list watch', 'networking.k8s.io', 'servicecidrs'),
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      allow(READ, 'core', 'nodes'),
      allow('proxy', 'core', 'nodes'),
      allow('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
    ],
  },
  { name: 'system:auth-delegator', rules: delegatedChecks },
  { name: 'system:kube-aggregator', rules: [allow(READ, 'core', 'endpoints services')] },
  {
    name: 'system:kube-dns',
    rules: [
      allow('list watch', 'core', 'endpoints services'),
      allow('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      allow(`create delete ${READ}`, 'core', 'persistentvolumes'),
      allow(`update ${READ}`, 'core', 'persistentvolumeclaims'),
      allow(READ, 'storage.k8s.io', 'storageclasses'),
      allow('watch', 'core', 'events'),
      RECORD_EVENTS,
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [allowPaths('get', '/.well-known/openid-configuration /openid/v1/jwks')],
  },
  requester('nodeclient'),
  requester('selfnodeclient'),
  approver('kube-apiserver-client'),
  approver('kube-apiserver-client-kubelet'),
  approver('kubelet-serving'),
  approver('legacy-unknown'),
];
