import { expect, test } from '@jest/globals';
import { nodeRestriction } from '../../../../src/apiserver/admission/node-restriction/node-restriction.ts';
import { ADMIN_USER, nodeUser } from '../../../../src/apiserver/authentication/identities.ts';
import {
  coordinationLeases,
  coreNodes,
  corePersistentVolumeClaims,
  corePods,
  coreServiceAccounts,
  storageCSINodes,
} from '../../../../src/scheme/generated/resources.ts';
import { type Admitting, admitBy } from '../../../support/admission.ts';

const MIRROR = { 'kubernetes.io/config.mirror': 'x' };
const OWNER = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1', controller: true };
const NODE = { metadata: { name: 'n1', uid: 'u1', labels: {} }, spec: {} };

const node = (fields: object, labels: Record<string, string> = {}) => ({
  ...NODE,
  metadata: { ...NODE.metadata, labels },
  spec: fields,
});
const pod = (spec: object = {}, metadata: object = {}) => ({
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'p1',
    annotations: MIRROR,
    ownerReferences: [OWNER],
    ...metadata,
  },
  spec: { nodeName: 'n1', containers: [{ name: 'a' }], ...spec },
});
const owned = (owner: object) => pod({}, { ownerReferences: [{ ...OWNER, ...owner }] });
const token = (boundObjectRef?: object) => ({
  metadata: { name: 'default', namespace: 'shop' },
  spec: { boundObjectRef },
});
const REFERENCE = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'p1' };
const lease = (namespace: string, name: string) => ({ metadata: { namespace, name } });
const claim = (status: object, metadata: object = {}) => ({
  metadata: { name: 'data', namespace: 'shop', ...metadata },
  spec: {},
  status,
});

const pods = { resource: corePods };
const nodes = { resource: coreNodes };
const status = { subresource: 'status' } as const;
const remove = { operation: 'DELETE' } as const;
const ONLY = 'node "n1" can only';
const REFERS = 'node "n1" can not create pods that reference';

const CASES: readonly (readonly [what: string, given: Admitting, why: string])[] = [
  ['a mirror Pod of its own', { ...pods, object: pod() }, ''],
  [
    'a Pod that is no mirror',
    { ...pods, object: pod({}, { annotations: {} }) },
    'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  ],
  [
    'a mirror Pod on another node',
    { ...pods, object: pod({ nodeName: 'n2' }) },
    `${ONLY} create pods with spec.nodeName set to itself`,
  ],
  [
    'a mirror Pod without an owner',
    { ...pods, object: pod({}, { ownerReferences: [] }) },
    `${ONLY} create pods with an owner reference set to itself`,
  ],
  [
    'a mirror Pod with two owners',
    { ...pods, object: pod({}, { ownerReferences: [OWNER, OWNER] }) },
    `${ONLY} create pods with a single owner reference set to itself`,
  ],
  [
    'a mirror Pod of another node',
    { ...pods, object: owned({ name: 'n2' }) },
    `${ONLY} create pods with an owner reference set to itself`,
  ],
  [
    'a mirror Pod that the node does not control',
    { ...pods, object: owned({ controller: false }) },
    `${ONLY} create pods with a controller owner reference set to itself`,
  ],
  [
    'a mirror Pod that holds its node',
    { ...pods, object: owned({ blockOwnerDeletion: true }) },
    'node "n1" must not set blockOwnerDeletion on an owner reference',
  ],
  [
    'a mirror Pod of an earlier node of that name',
    { ...pods, object: owned({ uid: 'u0' }) },
    'node n1 UID mismatch: expected u0 got u1',
  ],
  ...(
    [
      [{ serviceAccountName: 'x' }, 'a service account'],
      [{ volumes: [{ name: 'v', secret: {} }] }, 'secrets'],
      [{ imagePullSecrets: [{ name: 'x' }] }, 'secrets'],
      [{ containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'x' } }] }] }, 'secrets'],
      [{ volumes: [{ name: 'v', configMap: {} }] }, 'configmaps'],
      [
        { containers: [{ name: 'a', env: [{ name: 'E', valueFrom: { configMapKeyRef: {} } }] }] },
        'configmaps',
      ],
      [
        { volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: {} }] } }] },
        'clustertrustbundles',
      ],
      [{ volumes: [{ name: 'v', persistentVolumeClaim: {} }] }, 'persistentvolumeclaims'],
    ] as const
  ).map(
    ([spec, what], i) =>
      [
        `a mirror Pod that reaches ${what} (${i})`,
        { ...pods, object: pod(spec) },
        `${REFERS} ${what}`,
      ] as const,
  ),
  ['the removal of its own Pod', { ...pods, ...remove, object: pod() }, ''],
  [
    'the removal of another node’s Pod',
    { ...pods, ...remove, object: pod({ nodeName: 'n2' }) },
    `${ONLY} delete pods with spec.nodeName set to itself`,
  ],
  ['the status of its own Pod', { ...pods, ...status, object: pod(), current: pod() }, ''],
  [
    'the status of another node’s Pod',
    { ...pods, ...status, object: pod(), current: pod({ nodeName: 'n2' }) },
    `${ONLY} update pod status for pods with spec.nodeName set to itself`,
  ],
  [
    'labels by way of the status',
    { ...pods, ...status, object: pod({}, { labels: { a: 'b' } }), current: pod() },
    'node "n1" cannot update labels through pod status',
  ],
  [
    'an eviction of its own Pod',
    { ...pods, subresource: 'eviction', object: lease('shop', 'web') },
    '',
  ],
  [
    'an eviction of another node’s Pod',
    { ...pods, subresource: 'eviction', object: lease('shop', 'other') },
    'node n1 can only evict pods with spec.nodeName set to itself',
  ],
  ['its own registration', { ...nodes, object: NODE }, ''],
  [
    'the registration of another node',
    { ...nodes, object: { ...NODE, metadata: { name: 'n2' } } },
    'node "n1" is not allowed to modify node "n2"',
  ],
  [
    'a registration with labels of the kubelet',
    {
      ...nodes,
      object: node(
        {},
        {
          'kubernetes.io/hostname': 'n1',
          'topology.kubernetes.io/zone': 'a',
          'node.kubernetes.io/anything': 'x',
          'sub.kubelet.kubernetes.io/anything': 'x',
          'example.com/mine': 'x',
          plain: 'x',
        },
      ),
    },
    '',
  ],
  [
    'a registration with restricted labels',
    {
      ...nodes,
      object: node(
        {},
        {
          'node-restriction.kubernetes.io/secure': 'true',
          'x.node-restriction.kubernetes.io/y': 'z',
          'kubernetes.io/role': 'master',
          'other.k8s.io/x': 'y',
        },
      ),
    },
    'node "n1" is not allowed to set the following labels: kubernetes.io/role, node-restriction.kubernetes.io/secure, other.k8s.io/x, x.node-restriction.kubernetes.io/y',
  ],
  [
    'a taint that it takes away',
    { ...nodes, object: NODE, current: node({ taints: [{ key: 'a' }] }) },
    'node "n1" is not allowed to modify taints',
  ],
  [
    'a restricted label that it takes away',
    { ...nodes, object: NODE, current: node({}, { 'node-restriction.kubernetes.io/a': 'b' }) },
    'is not allowed to modify labels: node-restriction.kubernetes.io/a',
  ],
  [
    'a restricted label that stays',
    {
      ...nodes,
      ...status,
      object: node({}, { 'node-restriction.kubernetes.io/a': 'b' }),
      current: node({}, { 'node-restriction.kubernetes.io/a': 'b' }),
    },
    '',
  ],
  [
    'an owner of its own',
    {
      ...nodes,
      object: { ...NODE, metadata: { ...NODE.metadata, ownerReferences: [OWNER] } },
      current: NODE,
    },
    'node "n1" is not allowed to modify ownerReferences',
  ],
  [
    'the status of another node',
    {
      ...nodes,
      ...status,
      object: { metadata: { name: 'n2' } },
      current: { metadata: { name: 'n2' } },
    },
    'node "n1" is not allowed to modify node "n2"',
  ],
  [
    'a capacity of a claim',
    {
      resource: corePersistentVolumeClaims,
      ...status,
      object: claim({ capacity: { storage: '2Gi' }, phase: 'Bound' }),
      current: claim({ phase: 'Bound' }),
    },
    '',
  ],
  [
    'a phase of a claim',
    {
      resource: corePersistentVolumeClaims,
      ...status,
      object: claim({ phase: 'Lost' }),
      current: claim({ phase: 'Bound' }),
    },
    'node "n1" is not allowed to update fields other than status.capacity and status.conditions',
  ],
  ...(
    [
      ['a token for its Pod', REFERENCE, ''],
      ['a token for nothing', undefined, 'node requested token not bound to a pod'],
      [
        'a token for a Secret',
        { ...REFERENCE, kind: 'Secret' },
        'node requested token not bound to a pod',
      ],
      [
        'a token for any Pod of a name',
        { ...REFERENCE, uid: '' },
        'node requested token with a pod binding without a uid',
      ],
      [
        'a token for an earlier Pod',
        { ...REFERENCE, uid: 'p0' },
        'the UID in the bound object reference (p0) does not match the UID in record. The object might have been deleted and then recreated',
      ],
      [
        'a token for another node’s Pod',
        { ...REFERENCE, name: 'other', uid: 'p2' },
        'node requested token bound to a pod scheduled on a different node',
      ],
      ['a token for no Pod', { ...REFERENCE, name: 'ghost' }, 'pods "ghost" not found'],
    ] as const
  ).map(
    ([what, reference, why]) =>
      [
        what,
        { resource: coreServiceAccounts, subresource: 'token', object: token(reference) },
        why,
      ] as const,
  ),
  ['its own lease', { resource: coordinationLeases, object: lease('kube-node-lease', 'n1') }, ''],
  [
    'another node’s lease',
    { resource: coordinationLeases, object: lease('kube-node-lease', 'n2') },
    'can only access node lease with the same name as the requesting node',
  ],
  [
    'a lease elsewhere',
    { resource: coordinationLeases, object: lease('kube-system', 'n1') },
    'can only access leases in the "kube-node-lease" system namespace',
  ],
  [
    'another node’s CSINode',
    { resource: storageCSINodes, object: { metadata: { name: 'n2' } } },
    'can only access CSINode with the same name as the requesting node',
  ],
];

const WORLD = {
  nodes: [NODE],
  pods: [pod(), pod({ nodeName: 'n2' }, { name: 'other', uid: 'p2' })],
};

test.each(CASES.map(([what, given, why]) => ({ what, given, why })))(
  'a kubelet and $what',
  async ({ given, why }) => {
    const admitted = admitBy(nodeRestriction, { ...given, user: nodeUser('n1'), world: WORLD });
    if (why) await expect(admitted).rejects.toThrow(why);
    else await admitted;
  },
);

test.each(CASES.map(([what, given]) => ({ what, given })))(
  'an administrator is not restricted in $what',
  async ({ given }) => {
    await admitBy(nodeRestriction, { ...given, user: ADMIN_USER, world: WORLD });
  },
);

test('one who claims to be a node, and not which, may do nothing', async () => {
  const user = { name: 'system:node:', groups: ['system:nodes'] };
  await expect(
    admitBy(nodeRestriction, { ...nodes, object: NODE, user, world: WORLD }),
  ).rejects.toThrow('could not determine node from user "system:node:"');
});
