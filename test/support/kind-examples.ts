/** One object of each kind as its user would write it: only what must be said. */
import type { ApiObject } from '../../src/scheme/object.ts';

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
};
const selector = { matchLabels: { app: 'web' } };
const jobTemplate = {
  spec: { restartPolicy: 'Never', containers: [{ name: 'pi', image: 'perl:5' }] },
};

/** A frame that holds one ASN.1 sequence, as requests and certificates do. */
const pem = (type: string): string =>
  `-----BEGIN ${type}-----\n${Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]).toString('base64')}\n-----END ${type}-----\n`;
export const CERTIFICATE = pem('CERTIFICATE');
export const CERTIFICATE_REQUEST = Buffer.from(pem('CERTIFICATE REQUEST')).toString('base64');

/** By `apiVersion/Kind`; the name is `example` unless a kind's names are of another form. */
const EXAMPLES: Readonly<Record<string, object>> = {
  'v1/ConfigMap': { data: { a: '1' } },
  'v1/Endpoints': { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
  'v1/Event': {
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
    reason: 'Made',
  },
  'v1/LimitRange': { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
  'v1/Namespace': {},
  'v1/Node': {},
  'v1/PersistentVolume': {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      nfs: { server: 'files', path: '/' },
    },
  },
  'v1/PersistentVolumeClaim': {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  'v1/Pod': { spec: template.spec },
  'v1/PodTemplate': { template },
  'v1/ReplicationController': { spec: { template } },
  'v1/ResourceQuota': { spec: { hard: { pods: '10' } } },
  'v1/Secret': { data: { a: 'YQ==' } },
  'v1/Service': { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
  'v1/ServiceAccount': {},
  'apiregistration.k8s.io/v1/APIService': {
    metadata: { name: 'v1.shop.example.com' },
    spec: {
      group: 'shop.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
    },
  },
  'apps/v1/ControllerRevision': { data: { a: 1 }, revision: 1 },
  'apps/v1/DaemonSet': { spec: { selector, template } },
  'apps/v1/Deployment': { spec: { selector, template } },
  'apps/v1/ReplicaSet': { spec: { selector, template } },
  'apps/v1/StatefulSet': { spec: { selector, template } },
  'autoscaling/v2/HorizontalPodAutoscaler': {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
    },
  },
  'batch/v1/CronJob': {
    spec: { schedule: '@daily', jobTemplate: { spec: { template: jobTemplate } } },
  },
  'batch/v1/Job': { metadata: { uid: 'u1' }, spec: { template: jobTemplate } },
  'certificates.k8s.io/v1/CertificateSigningRequest': {
    spec: {
      request: CERTIFICATE_REQUEST,
      signerName: 'example.com/signer',
      usages: ['client auth'],
    },
  },
  'certificates.k8s.io/v1beta1/ClusterTrustBundle': { spec: { trustBundle: CERTIFICATE } },
  'certificates.k8s.io/v1beta1/PodCertificateRequest': {
    spec: {
      signerName: 'example.com/signer',
      podName: 'web',
      podUID: 'u1',
      serviceAccountName: 'default',
      serviceAccountUID: 'u2',
      nodeName: 'n1',
      nodeUID: 'u3',
      stubPKCS10Request: CERTIFICATE_REQUEST,
    },
  },
  'coordination.k8s.io/v1/Lease': { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } },
  'coordination.k8s.io/v1beta1/LeaseCandidate': {
    spec: {
      leaseName: 'scheduler',
      binaryVersion: '1.36.0',
      emulationVersion: '1.35.0',
      strategy: 'OldestEmulationVersion',
    },
  },
  'discovery.k8s.io/v1/EndpointSlice': {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'] }],
  },
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': {
    spec: {
      priorityLevelConfiguration: { name: 'workload' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: '*' } }],
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['default'] },
          ],
        },
      ],
    },
  },
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
  },
  'networking.k8s.io/v1/IPAddress': {
    metadata: { name: '10.0.0.1' },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
  },
  'networking.k8s.io/v1/Ingress': {
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  'networking.k8s.io/v1/IngressClass': { spec: { controller: 'example.com/ingress' } },
  'networking.k8s.io/v1/NetworkPolicy': { spec: { podSelector: {} } },
  'networking.k8s.io/v1/ServiceCIDR': { spec: { cidrs: ['10.0.0.0/24'] } },
  'node.k8s.io/v1/RuntimeClass': { handler: 'runsc' },
  'policy/v1/PodDisruptionBudget': { spec: { minAvailable: 1, selector } },
  'rbac.authorization.k8s.io/v1/ClusterRole': {
    rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
  },
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': {
    roleRef: { kind: 'ClusterRole', name: 'admin' },
    subjects: [{ kind: 'Group', name: 'admins' }],
  },
  'rbac.authorization.k8s.io/v1/Role': {
    rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
  },
  'rbac.authorization.k8s.io/v1/RoleBinding': {
    roleRef: { kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
  },
  'resource.k8s.io/v1/DeviceClass': {
    spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
  },
  'resource.k8s.io/v1/ResourceClaim': {
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } },
  },
  'resource.k8s.io/v1/ResourceClaimTemplate': {
    spec: {
      spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } },
    },
  },
  'resource.k8s.io/v1/ResourceSlice': {
    spec: {
      driver: 'gpu.example.com',
      nodeName: 'n1',
      pool: { name: 'n1', generation: 1, resourceSliceCount: 1 },
      devices: [
        {
          name: 'gpu-0',
          attributes: { model: { string: 'a1' } },
          capacity: { memory: { value: '16Gi' } },
        },
      ],
    },
  },
  'resource.k8s.io/v1alpha3/ResourcePoolStatusRequest': { spec: { driver: 'gpu.example.com' } },
  'resource.k8s.io/v1beta2/DeviceTaintRule': {
    spec: {
      deviceSelector: { driver: 'gpu.example.com' },
      taint: { key: 'broken', effect: 'NoSchedule' },
    },
  },
  'scheduling.k8s.io/v1/PriorityClass': { value: 1000 },
  'scheduling.k8s.io/v1alpha2/PodGroup': { spec: { schedulingPolicy: { gang: { minCount: 2 } } } },
  'scheduling.k8s.io/v1alpha2/Workload': {
    spec: { podGroupTemplates: [{ name: 'workers', schedulingPolicy: { basic: {} } }] },
  },
  'simulation.orrery.dev/v1alpha1/Fault': {
    spec: { type: 'KillNodes', zone: 'a', duration: '5m' },
    status: { affectedNodes: 1, affectedPods: 2 },
  },
  'simulation.orrery.dev/v1alpha1/NodeProfile': { spec: { replicas: 3 } },
  'simulation.orrery.dev/v1alpha1/Stage': { spec: { exit: { code: 1 } } },
  'storage.k8s.io/v1/CSIDriver': { metadata: { name: 'disk.example.com' }, spec: {} },
  'storage.k8s.io/v1/CSINode': {
    spec: { drivers: [{ name: 'disk.example.com', nodeID: 'n1' }] },
  },
  'storage.k8s.io/v1/CSIStorageCapacity': { storageClassName: 'fast', capacity: '1Ti' },
  'storage.k8s.io/v1/StorageClass': { provisioner: 'disk.example.com' },
  'storage.k8s.io/v1/VolumeAttachment': {
    spec: {
      attacher: 'disk.example.com',
      nodeName: 'n1',
      source: { persistentVolumeName: 'pv1' },
    },
  },
  'storage.k8s.io/v1/VolumeAttributesClass': {
    driverName: 'disk.example.com',
    parameters: { iops: '100' },
  },
  'storagemigration.k8s.io/v1beta1/StorageVersionMigration': {
    spec: { resource: { group: 'apps', resource: 'deployments' } },
  },
};

/** The example of a kind, or undefined when there is none. A new copy at each call. */
export function findExample(apiVersion: string, kind: string): ApiObject | undefined {
  const example = EXAMPLES[`${apiVersion}/${kind}`] as { metadata?: object } | undefined;
  if (!example) return undefined;
  const metadata = { name: 'example', ...example.metadata };
  return structuredClone({ apiVersion, kind, ...example, metadata }) as unknown as ApiObject;
}

/** The example of a kind that there is one of. */
export function exampleOf<T extends ApiObject>(
  apiVersion: T['apiVersion'] & string,
  kind: T['kind'] & string,
): T {
  const example = findExample(apiVersion, kind);
  if (!example) throw new Error(`there is no example of ${apiVersion} ${kind}`);
  return example as T;
}
