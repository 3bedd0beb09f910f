import type { NewObject } from '../../src/apiserver/client.ts';
import type {
  DaemonSet,
  DaemonSetSpec,
  Deployment,
  DeploymentSpec,
  ReplicaSet,
  StatefulSet,
  StatefulSetSpec,
} from '../../src/scheme/generated/types/apps-v1.ts';
import type {
  CronJob,
  CronJobSpec,
  Job,
  JobSpec,
} from '../../src/scheme/generated/types/batch-v1.ts';
import type {
  Pod,
  PodSpec,
  PodTemplateSpec,
  ReplicationController,
  Service,
  ServiceSpec,
} from '../../src/scheme/generated/types/core-v1.ts';

/** Manifests as a user would write them; name what matters and take the rest. */

const LABELS = { app: 'web' };

export function podSpec(fields: Partial<PodSpec> = {}): PodSpec {
  return { containers: [{ name: 'web', image: 'nginx:1.7.9' }], ...fields };
}

export function podTemplate(fields: Partial<PodSpec> = {}, labels = LABELS): PodTemplateSpec {
  return { metadata: { labels }, spec: podSpec(fields) };
}

export interface WorkloadFields {
  readonly namespace?: string;
  readonly replicas?: number;
  readonly pod?: Partial<PodSpec>;
}

export function newReplicaSet(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<ReplicaSet['spec']> = {},
): NewObject<ReplicaSet> {
  return {
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: LABELS }, template: podTemplate(pod), ...spec },
  };
}

/** Its selector is that of its template's labels, as the API fills it in. */
export function newReplicationController(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<ReplicationController['spec']> = {},
): NewObject<ReplicationController> {
  return { metadata: { name, namespace }, spec: { replicas, template: podTemplate(pod), ...spec } };
}

/** On every node; name what matters and take the rest. */
export function newDaemonSet(
  name: string,
  {
    namespace = 'default',
    pod = {},
    ...spec
  }: Omit<WorkloadFields, 'replicas'> & Partial<DaemonSetSpec> = {},
): NewObject<DaemonSet> {
  return {
    metadata: { name, namespace },
    spec: { selector: { matchLabels: LABELS }, template: podTemplate(pod), ...spec },
  };
}

/** A DaemonSet as the API would store it. */
export function storedDaemonSet(
  { pod = {}, ...spec }: Partial<DaemonSetSpec> & { pod?: Partial<PodSpec> } = {},
  fields: { status?: DaemonSet['status']; generation?: number } = {},
): DaemonSet {
  const { generation = 1, status } = fields;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'default', uid: 'daemon-set-uid', generation },
    spec: {
      selector: { matchLabels: LABELS },
      template: podTemplate(pod),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

export function newStatefulSet(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<StatefulSetSpec> = {},
): NewObject<StatefulSet> {
  return {
    metadata: { name, namespace },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: LABELS },
      template: podTemplate(pod),
      ...spec,
    },
  };
}

export function newDeployment(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<DeploymentSpec> = {},
): NewObject<Deployment> {
  return {
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: LABELS }, template: podTemplate(pod), ...spec },
  };
}

export function newPod(
  name: string,
  {
    namespace = 'default',
    labels = LABELS,
    ...spec
  }: { namespace?: string; labels?: Record<string, string> } & Partial<PodSpec> = {},
): NewObject<Pod> {
  return { metadata: { name, namespace, labels }, spec: podSpec(spec) };
}

export function newService(
  name: string,
  { namespace = 'default', ...spec }: { namespace?: string } & Partial<ServiceSpec> = {},
): NewObject<Service> {
  return {
    metadata: { name, namespace },
    spec: { selector: LABELS, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

let uids = 0;

export interface StoredReplicaSetFields {
  readonly name?: string;
  readonly replicas?: number;
  readonly status?: Partial<ReplicaSet['status']>;
  readonly image?: string;
  readonly annotations?: Record<string, string>;
  /** Counts up with age: later is newer. @default 1 */
  readonly createdAt?: number;
  readonly spec?: Partial<ReplicaSet['spec']>;
  readonly metadata?: Partial<ReplicaSet['metadata']>;
}

/** A ReplicaSet of a Deployment, as the API would store it. */
export function storedReplicaSet(fields: StoredReplicaSetFields = {}): ReplicaSet {
  const { name = 'web-1', replicas = 1, status, image, annotations, createdAt = 1 } = fields;
  const labels = { ...LABELS, 'pod-template-hash': name };
  const template = podTemplate(image ? { containers: [{ name: 'web', image }] } : {}, labels);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${++uids}`,
      generation: 1,
      creationTimestamp: `2026-01-01T00:00:${String(createdAt).padStart(2, '0')}Z`,
      ...(annotations ? { annotations } : {}),
      ...fields.metadata,
    },
    spec: { replicas, selector: { matchLabels: labels }, template, ...fields.spec },
    status: { replicas, observedGeneration: 1, ...status },
  };
}

/** A Deployment as the API would store it, with Kubernetes' defaults. */
export function storedDeployment(
  { status, ...spec }: Partial<DeploymentSpec> & { status?: Deployment['status'] } = {},
  metadata: Partial<Deployment['metadata']> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'deployment-uid',
      generation: 1,
      ...metadata,
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: podTemplate(),
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

/** A Service as the API would store it. */
export function storedService(
  spec: Partial<ServiceSpec> = {},
  metadata: Partial<Service['metadata']> = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', uid: 'service-uid', ...metadata },
    spec: {
      clusterIP: '10.96.0.10',
      selector: LABELS,
      ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...spec,
    },
  };
}

/** A Job whose Pods run one container once. */
export function newJob(
  name: string,
  {
    namespace = 'default',
    pod = {},
    ...spec
  }: { namespace?: string; pod?: Partial<PodSpec> } & Partial<JobSpec> = {},
): NewObject<Job> {
  const template = { spec: podSpec({ restartPolicy: 'Never', ...pod }) };
  return { metadata: { name, namespace }, spec: { template, ...spec } };
}

/** A CronJob whose Jobs run one container once. */
export function newCronJob(
  name: string,
  { namespace = 'default', ...spec }: { namespace?: string } & Partial<CronJobSpec> = {},
): NewObject<CronJob> {
  const { spec: job } = newJob(name);
  const jobTemplate = { metadata: { labels: LABELS }, spec: job as JobSpec };
  return { metadata: { name, namespace }, spec: { schedule: '* * * * *', jobTemplate, ...spec } };
}
