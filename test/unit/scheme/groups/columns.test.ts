/** What `kubectl get` heads the tables of every kind with, what clients are told of the cells, and what the cells are. */
import { describe, expect, test } from '@jest/globals';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { CellValue, KindStrategy } from '../../../../src/scheme/kind-strategy.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';
import { createTable } from '../../../../src/scheme/table.ts';
import { CREATED, NOW } from './harness.ts';

const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: 'api/all=true' });
const strategyOf = (key: string): KindStrategy => STRATEGIES.get(key) ?? {};

/** `Name`, `Ready:integer`, and `Node*` for a column that wide tables alone have. */
function headingsOf(strategy: KindStrategy): string {
  const { columns } = createTable(strategy, { wide: true });
  return columns
    .map(({ name, type, priority }) => {
      const star = priority > 0 ? '*' : '';
      return `${name}${star}${type === 'string' ? '' : `:${type}`}`;
    })
    .join(', ');
}

const REPLICAS = 'Name, Desired:integer, Current:integer, Ready:integer, Age';
const TEMPLATE = 'Containers*, Images*, Selector*';

/** Kinds that are not here show `Name, Age`. */
const HEADINGS: Readonly<Record<string, string>> = {
  '/ComponentStatus': 'Name, Status, Message, Error',
  '/ConfigMap': 'Name, Data, Age',
  '/Endpoints': 'Name, Endpoints, Age',
  '/Event':
    'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*',
  '/LimitRange': 'Name, Created At:date',
  '/Namespace': 'Name, Status, Age',
  '/Node':
    'Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*',
  '/PersistentVolume':
    'Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*',
  '/PersistentVolumeClaim':
    'Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*',
  '/Pod': 'Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*',
  '/PodTemplate': 'Name, Containers, Images, Pod Labels',
  '/ReplicationController': `${REPLICAS}, ${TEMPLATE}`,
  '/ResourceQuota': 'Name, Request, Limit, Age',
  '/Secret': 'Name, Type, Data, Age',
  '/Service': 'Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*',
  '/ServiceAccount': 'Name, Secrets, Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'Name, Mutations:integer, ParamKind, Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'Name, PolicyName, ParamRef, Age',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'Name, Webhooks:integer, Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy':
    'Name, Validations:integer, ParamKind, Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding':
    'Name, PolicyName, ParamRef, Age',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'Name, Webhooks:integer, Age',
  'apiextensions.k8s.io/CustomResourceDefinition': 'Name, Created At:date',
  'apiregistration.k8s.io/APIService': 'Name, Service, Available, Age',
  'apps/ControllerRevision': 'Name, Controller, Revision, Age',
  'apps/DaemonSet': `Name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age, ${TEMPLATE}`,
  'apps/Deployment': `Name, Ready, Up-to-date, Available, Age, ${TEMPLATE}`,
  'apps/ReplicaSet': `${REPLICAS}, ${TEMPLATE}`,
  'apps/StatefulSet': 'Name, Ready, Age, Containers*, Images*',
  'autoscaling/HorizontalPodAutoscaler':
    'Name, Reference, Targets, MinPods, MaxPods, Replicas, Age',
  'batch/CronJob': `Name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age, ${TEMPLATE}`,
  'batch/Job': `Name, Status, Completions, Duration, Age, ${TEMPLATE}`,
  'certificates.k8s.io/CertificateSigningRequest':
    'Name, Age, SignerName, Requestor, RequestedDuration, Condition',
  'certificates.k8s.io/ClusterTrustBundle': 'Name, SignerName',
  'certificates.k8s.io/PodCertificateRequest':
    'Name, PodName, ServiceAccountName, NodeName, SignerName, State',
  'coordination.k8s.io/Lease': 'Name, Holder, Age',
  'coordination.k8s.io/LeaseCandidate': 'Name, LeaseName, BinaryVersion, EmulationVersion, Age',
  'discovery.k8s.io/EndpointSlice': 'Name, AddressType, Ports, Endpoints, Age',
  'events.k8s.io/Event':
    'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*',
  'flowcontrol.apiserver.k8s.io/FlowSchema':
    'Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration':
    'Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age',
  'internal.apiserver.k8s.io/StorageVersion': 'Name, CommonEncodingVersion, StorageVersions, Age',
  'networking.k8s.io/IPAddress': 'Name, ParentRef, Age',
  'networking.k8s.io/Ingress': 'Name, Class, Hosts, Address, Ports, Age',
  'networking.k8s.io/IngressClass': 'Name, Controller, Parameters, Age',
  'networking.k8s.io/NetworkPolicy': 'Name, Pod-Selector, Age',
  'networking.k8s.io/ServiceCIDR': 'Name, CIDRs, Age',
  'node.k8s.io/RuntimeClass': 'Name, Handler, Age',
  'policy/PodDisruptionBudget':
    'Name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age',
  'rbac.authorization.k8s.io/ClusterRole': 'Name, Created At:date',
  'rbac.authorization.k8s.io/ClusterRoleBinding':
    'Name, Role, Age, Users*, Groups*, ServiceAccounts*',
  'rbac.authorization.k8s.io/Role': 'Name, Created At:date',
  'rbac.authorization.k8s.io/RoleBinding': 'Name, Role, Age, Users*, Groups*, ServiceAccounts*',
  'resource.k8s.io/ResourceClaim': 'Name, State, Age',
  'resource.k8s.io/ResourcePoolStatusRequest': 'Name, Driver, Age',
  'resource.k8s.io/ResourceSlice': 'Name, Node, Driver, Pool, Age',
  'scheduling.k8s.io/PriorityClass':
    'Name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy',
  'simulation.orrery.dev/Fault': 'Name, Type, Phase, Nodes:integer, Pods:integer, Age',
  'simulation.orrery.dev/NodeProfile': 'Name, Desired:integer, Current:integer, Ready:integer, Age',
  'simulation.orrery.dev/Stage': 'Name, Group, Weight:integer, Accepted, Age',
  'storage.k8s.io/CSIDriver':
    'Name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, RequiresRepublish:boolean, Modes, Age',
  'storage.k8s.io/CSINode': 'Name, Drivers:integer, Age',
  'storage.k8s.io/CSIStorageCapacity': 'Name, StorageClassName, Capacity, Age',
  'storage.k8s.io/StorageClass':
    'Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age',
  'storage.k8s.io/VolumeAttachment': 'Name, Attacher, PV, Node, Attached:boolean, Age',
  'storage.k8s.io/VolumeAttributesClass': 'Name, DriverName, Age',
  'storagemigration.k8s.io/StorageVersionMigration': 'Name, Resource, State, Progress, Age',
};

const stored = scheme
  .definitions()
  .filter(({ verbs }) => verbs.includes('list'))
  .map(
    (definition) =>
      [
        `${definition.group}/${definition.version} ${definition.kind}`,
        `${definition.group}/${definition.kind}`,
        scheme.strategy(scheme.storageOf(definition)),
      ] as const,
  );

describe('the table', () => {
  test.each(stored)('of %s has the columns that kubectl prints', (_, key, strategy) => {
    // What older groups serve is what the newer ones store.
    const [, kind = ''] = key.split('/');
    const own = key.startsWith('extensions/')
      ? Object.keys(HEADINGS).find((other) => other.endsWith(`/${kind}`))
      : key;
    expect(headingsOf(strategy)).toBe(HEADINGS[own ?? key] ?? 'Name, Age');
  });

  test('has one column for the name, and it says so', () => {
    const formats = stored.map(([title, , strategy]) => {
      const { columns } = createTable(strategy, { wide: true });
      const named = columns.filter(({ format }) => format === 'name').map(({ name }) => name);
      return [title, named];
    });
    expect(formats).toEqual(stored.map(([title]) => [title, ['Name']]));
  });
});

/** The cells under the heading of an object that has what is given and a name. */
function cellOf(key: string, column: string, members: object): CellValue | undefined {
  const object = {
    apiVersion: 'v1',
    kind: key.slice(key.indexOf('/') + 1),
    metadata: { name: 'a', creationTimestamp: CREATED },
    ...members,
  } as ApiObject;
  const { columns, row } = createTable(strategyOf(key), { wide: true });
  return row(object, NOW).cells[columns.findIndex(({ name }) => name === column)];
}

describe('a cell that counts is a number', () => {
  test.each([
    ['/ConfigMap', 'Data', { data: { a: '1' }, binaryData: { b: 'Yg==' } }, 2],
    ['/ConfigMap', 'Data', {}, 0],
    ['/Secret', 'Data', { data: { a: 'Yg==' } }, 1],
    ['/ServiceAccount', 'Secrets', { secrets: [{ name: 'a' }, { name: 'b' }] }, 2],
    ['/ServiceAccount', 'Secrets', {}, 0],
    ['/ReplicationController', 'Desired', { spec: { replicas: 3 } }, 3],
    ['/ReplicationController', 'Current', { status: { replicas: 2 } }, 2],
    ['/ReplicationController', 'Ready', { status: { replicas: 2, readyReplicas: 1 } }, 1],
    ['apps/ReplicaSet', 'Desired', { spec: { replicas: 3 } }, 3],
    ['apps/ReplicaSet', 'Current', { status: { replicas: 2 } }, 2],
    ['apps/ReplicaSet', 'Ready', {}, 0],
    ['apps/Deployment', 'Up-to-date', { status: { updatedReplicas: 4 } }, 4],
    ['apps/Deployment', 'Available', { status: { availableReplicas: 5 } }, 5],
    ['apps/DaemonSet', 'Desired', { status: { desiredNumberScheduled: 6 } }, 6],
    ['apps/DaemonSet', 'Available', {}, 0],
    ['apps/ControllerRevision', 'Revision', { revision: 7 }, 7],
    [
      'autoscaling/v2/HorizontalPodAutoscaler',
      'MaxPods',
      { spec: { maxReplicas: 9, scaleTargetRef: {} } },
      9,
    ],
    ['autoscaling/v2/HorizontalPodAutoscaler', 'Replicas', {}, 0],
    ['batch/CronJob', 'Active', { status: { active: [{}, {}] } }, 2],
    ['policy/PodDisruptionBudget', 'Allowed Disruptions', { status: { disruptionsAllowed: 1 } }, 1],
    ['scheduling.k8s.io/PriorityClass', 'Value', { value: 1000 }, 1000],
    ['storage.k8s.io/CSINode', 'Drivers', { spec: { drivers: [{}] } }, 1],
    ['flowcontrol.apiserver.k8s.io/FlowSchema', 'MatchingPrecedence', {}, 0],
    [
      'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
      'Validations',
      { spec: { validations: [{}, {}] } },
      2,
    ],
    [
      'admissionregistration.k8s.io/MutatingAdmissionPolicy',
      'Mutations',
      { spec: { mutations: [{}] } },
      1,
    ],
    [
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
      'Webhooks',
      { webhooks: [{}, {}, {}] },
      3,
    ],
    ['admissionregistration.k8s.io/MutatingWebhookConfiguration', 'Webhooks', {}, 0],
  ])('%s %s of %j', (key, column, members, cell) => {
    expect(cellOf(key, column, members)).toBe(cell);
  });
});

describe('a cell that answers yes or no is a boolean', () => {
  test.each([
    ['scheduling.k8s.io/PriorityClass', 'Global-Default', {}, false],
    ['scheduling.k8s.io/PriorityClass', 'Global-Default', { globalDefault: true }, true],
    ['storage.k8s.io/VolumeAttachment', 'Attached', { spec: { source: {} } }, false],
    ['storage.k8s.io/StorageClass', 'AllowVolumeExpansion', { allowVolumeExpansion: true }, true],
    ['storage.k8s.io/CSIDriver', 'AttachRequired', { spec: {} }, true],
    ['storage.k8s.io/CSIDriver', 'PodInfoOnMount', { spec: {} }, false],
    ['storage.k8s.io/CSIDriver', 'RequiresRepublish', { spec: { requiresRepublish: true } }, true],
  ])('%s %s of %j', (key, column, members, cell) => {
    expect(cellOf(key, column, members)).toBe(cell);
  });
});

describe('a cell that is read is a text', () => {
  const BINDING = 'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding';
  const POLICY = 'admissionregistration.k8s.io/ValidatingAdmissionPolicy';
  const REQUEST = 'certificates.k8s.io/PodCertificateRequest';
  const available = (status: string, reason?: string) => ({
    status: { conditions: [{ type: 'Available', status, reason }] },
  });
  const healthy = (status: string) => ({
    conditions: [{ type: 'Healthy', status, message: 'ok', error: 'none' }],
  });
  const servers = (count: number) => ({
    status: {
      storageVersions: Array.from({ length: count }, (_, index) => ({
        apiServerID: `s${index}`,
        encodingVersion: 'v1',
      })),
    },
  });

  test.each([
    ['/ComponentStatus', 'Status', {}, 'Unknown'],
    ['/ComponentStatus', 'Status', healthy('True'), 'Healthy'],
    ['/ComponentStatus', 'Status', healthy('False'), 'Unhealthy'],
    ['/ComponentStatus', 'Message', healthy('True'), 'ok'],
    ['/ComponentStatus', 'Error', healthy('True'), 'none'],
    ['apiregistration.k8s.io/APIService', 'Available', {}, 'Unknown'],
    ['apiregistration.k8s.io/APIService', 'Available', available('True', 'Local'), 'True'],
    ['apiregistration.k8s.io/APIService', 'Available', available('False'), 'False'],
    [
      'apiregistration.k8s.io/APIService',
      'Available',
      available('False', 'MissingEndpoints'),
      'False (MissingEndpoints)',
    ],
    ['internal.apiserver.k8s.io/StorageVersion', 'CommonEncodingVersion', {}, '<unset>'],
    ['internal.apiserver.k8s.io/StorageVersion', 'StorageVersions', {}, '<unset>'],
    ['internal.apiserver.k8s.io/StorageVersion', 'StorageVersions', servers(2), 's0=v1,s1=v1'],
    [
      'internal.apiserver.k8s.io/StorageVersion',
      'StorageVersions',
      servers(5),
      's0=v1,s1=v1,s2=v1 + 2 more...',
    ],
    [POLICY, 'ParamKind', { spec: {} }, '<unset>'],
    [POLICY, 'ParamKind', { spec: { paramKind: { apiVersion: 'a/v1', kind: 'B' } } }, 'a/v1/B'],
    [BINDING, 'PolicyName', { spec: { policyName: 'p' } }, 'p'],
    [BINDING, 'ParamRef', { spec: {} }, '<unset>'],
    [BINDING, 'ParamRef', { spec: { paramRef: { name: 'x' } } }, 'x'],
    [BINDING, 'ParamRef', { spec: { paramRef: { name: 'x', namespace: 'n' } } }, 'n/x'],
    [BINDING, 'ParamRef', { spec: { paramRef: { selector: { matchLabels: { a: 'b' } } } } }, 'a=b'],
    [REQUEST, 'PodName', { spec: { podName: 'web' } }, 'web'],
    [REQUEST, 'State', { spec: {} }, 'Pending'],
    ...['Issued', 'Denied', 'Failed'].map(
      (type) =>
        [
          REQUEST,
          'State',
          { spec: {}, status: { conditions: [{ type, status: 'True' }] } },
          type,
        ] as const,
    ),
    ['batch/CronJob', 'Suspend', { spec: { suspend: true } }, 'True'],
    ['rbac.authorization.k8s.io/Role', 'Created At', {}, CREATED],
    [
      'networking.k8s.io/Ingress',
      'Address',
      { status: { loadBalancer: { ingress: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }, {}] } } },
      '10.0.0.1,10.0.0.2',
    ],
  ])('%s %s of %j', (key, column, members, cell) => {
    expect(cellOf(key, column, members)).toBe(cell);
  });
});

describe('a Pod that has ended', () => {
  test.each([
    ['Succeeded', 'The pod has completed successfully.'],
    ['Failed', 'The pod failed.'],
  ])('is marked as completed when it is %s', (phase, message) => {
    const pod = { metadata: { name: 'a' }, status: { phase } } as unknown as ApiObject;
    expect(createTable(strategyOf('/Pod')).row(pod, NOW).conditions).toEqual([
      { type: 'Completed', status: 'True', reason: phase, message },
    ]);
  });

  test('is not marked while it runs', () => {
    const pod = { metadata: { name: 'a' }, status: { phase: 'Running' } } as unknown as ApiObject;
    expect(createTable(strategyOf('/Pod')).row(pod, NOW).conditions).toEqual([]);
  });
});
