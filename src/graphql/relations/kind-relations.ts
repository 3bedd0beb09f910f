import { type ApiObject, controllerOf } from '../../scheme/object.ts';
import type { GroupResource, ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { SnapshotReader } from '../snapshot-reader.ts';

export interface FindOptions {
  readonly object: ApiObject;
  /** The definition of the target. */
  readonly definition: ResourceDefinition;
  readonly scheme: Scheme;
  readonly reader: SnapshotReader;
}

/** A field that leads from objects of one kind to those of another. */
export interface KindRelation {
  readonly field: string;
  readonly description: string;
  readonly target: GroupResource;
  /** Whether it leads to one object. @default false */
  readonly isOne?: true;
  find(options: FindOptions): Promise<unknown>;
}

const PODS: GroupResource = { group: '', resource: 'pods' };
const NODES: GroupResource = { group: '', resource: 'nodes' };
const REPLICA_SETS: GroupResource = { group: 'apps', resource: 'replicasets' };
const ENDPOINTS: GroupResource = { group: '', resource: 'endpoints' };
const ENDPOINT_SLICES: GroupResource = { group: 'discovery.k8s.io', resource: 'endpointslices' };
const CONTROLLER_REVISIONS: GroupResource = { group: 'apps', resource: 'controllerrevisions' };
const JOBS: GroupResource = { group: 'batch', resource: 'jobs' };

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Objects controlled by `object`: found by its uid among those of its namespace. */
export async function findControlled({
  object,
  definition,
  reader,
}: Omit<FindOptions, 'scheme'>): Promise<readonly ApiObject[]> {
  const index = await reader.index(
    { name: 'controller', ref: definition, namespace: object.metadata.namespace },
    (candidate) => {
      const controller = controllerOf(candidate);
      return controller ? [controller.uid] : [];
    },
  );
  return index.get(object.metadata.uid ?? '') ?? [];
}

async function findPodsOfDeployment(options: FindOptions): Promise<readonly ApiObject[]> {
  const replicaSets = options.scheme.preferred(REPLICA_SETS.group, REPLICA_SETS.resource);
  if (!replicaSets) return [];
  const owned = await findControlled({ ...options, definition: replicaSets });
  const pods = await Promise.all(owned.map((object) => findControlled({ ...options, object })));
  return pods.flat();
}

function nodeNameOf(pod: ApiObject): string | undefined {
  return (pod as ApiObject & { spec?: { nodeName?: string } }).spec?.nodeName;
}

async function findNodeOfPod({
  object,
  definition,
  reader,
}: FindOptions): Promise<ApiObject | null> {
  const nodeName = nodeNameOf(object);
  return nodeName ? reader.find(definition, { name: nodeName }) : null;
}

async function findPodsOfNode({
  object,
  definition,
  reader,
}: FindOptions): Promise<readonly ApiObject[]> {
  const index = await reader.index({ name: 'nodeName', ref: definition }, (pod) => {
    const nodeName = nodeNameOf(pod);
    return nodeName ? [nodeName] : [];
  });
  return index.get(object.metadata.name ?? '') ?? [];
}

function findNamesake({ object, definition, reader }: FindOptions): Promise<ApiObject | null> {
  const { namespace, name = '' } = object.metadata;
  return reader.find(definition, { namespace, name });
}

async function findSlicesOfService({
  object,
  definition,
  reader,
}: FindOptions): Promise<readonly ApiObject[]> {
  const { namespace, name = '' } = object.metadata;
  const index = await reader.index({ name: 'service', ref: definition, namespace }, (slice) => {
    const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
    return service ? [service] : [];
  });
  return index.get(name) ?? [];
}

const controlledPods = (kind: string): KindRelation => ({
  field: 'pods',
  description: `The Pods that this ${kind} controls.`,
  target: PODS,
  find: findControlled,
});

const KEPT_REVISIONS: KindRelation = {
  field: 'controllerRevisions',
  description: 'The revisions of its template that are kept.',
  target: CONTROLLER_REVISIONS,
  find: findControlled,
};

/** By `group/Kind`. */
export const KIND_RELATIONS: Readonly<Record<string, readonly KindRelation[]>> = {
  '/Pod': [
    {
      field: 'node',
      description: 'The Node that it is bound to; null while it is not, or when the Node is gone.',
      target: NODES,
      isOne: true,
      find: findNodeOfPod,
    },
  ],
  '/Node': [
    {
      field: 'pods',
      description: 'The Pods that are bound to it.',
      target: PODS,
      find: findPodsOfNode,
    },
  ],
  '/ReplicationController': [controlledPods('ReplicationController')],
  '/Service': [
    {
      field: 'endpoints',
      description: 'The Endpoints of the same name.',
      target: ENDPOINTS,
      isOne: true,
      find: findNamesake,
    },
    {
      field: 'endpointSlices',
      description: 'The EndpointSlices that are labelled with its name.',
      target: ENDPOINT_SLICES,
      find: findSlicesOfService,
    },
  ],
  'apps/Deployment': [
    {
      field: 'replicaSets',
      description: 'The ReplicaSets that it controls: one a revision of its template.',
      target: REPLICA_SETS,
      find: findControlled,
    },
    {
      field: 'pods',
      description: 'The Pods of all its ReplicaSets.',
      target: PODS,
      find: findPodsOfDeployment,
    },
  ],
  'apps/ReplicaSet': [controlledPods('ReplicaSet')],
  'apps/StatefulSet': [controlledPods('StatefulSet'), KEPT_REVISIONS],
  'apps/DaemonSet': [controlledPods('DaemonSet'), KEPT_REVISIONS],
  'batch/Job': [controlledPods('Job')],
  'batch/CronJob': [
    { field: 'jobs', description: 'The Jobs that it started.', target: JOBS, find: findControlled },
  ],
};
