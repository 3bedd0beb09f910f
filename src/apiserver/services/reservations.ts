import { randomUUID } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { IPAddress, ParentReference } from '../../scheme/generated/types/networking-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { addressLabels, serviceReference } from '../../scheme/service-cidrs.ts';
import type { StoreWrite } from '../../store/store.ts';
import type { CompanionState } from '../registry/companions.ts';

/** Kubernetes' own objects: one a ClusterIP, named by it. */
export const IP_ADDRESSES: GroupResource = { group: 'networking.k8s.io', resource: 'ipaddresses' };

/**
 * One a node port, named by it. Kubernetes keeps these in one bitmap that its API does not show; one object each lets
 * writers of different Services pass each other. No API serves them.
 */
export const NODE_PORTS: GroupResource = { group: 'internal.orrery', resource: 'nodeports' };

/** What the addresses are taken from. */
export const SERVICE_CIDRS: GroupResource = {
  group: 'networking.k8s.io',
  resource: 'servicecidrs',
};

interface NodePortReservation extends ApiObject {
  spec: { parentRef: ParentReference };
}

/** The reservation of `name` in the store's terms. */
export function reserve(
  resource: GroupResource,
  name: string,
  service: ApiObject,
  { nowMs }: CompanionState,
): StoreWrite {
  const key = { ...resource, namespace: '', name };
  const metadata = { name, uid: randomUUID(), creationTimestamp: toRfc3339(nowMs) };
  const spec = { parentRef: serviceReference(service) };
  if (resource === NODE_PORTS) {
    const object: NodePortReservation = {
      apiVersion: `${NODE_PORTS.group}/v1`,
      kind: 'NodePort',
      metadata,
      spec,
    };
    return { type: 'create', key, object };
  }
  const object: IPAddress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { ...metadata, labels: addressLabels(name) },
    spec,
  };
  return { type: 'create', key, object };
}

/** Gives back `name`, unless the reservation is gone or somebody else's. */
export function release(
  resource: GroupResource,
  name: string,
  service: ApiObject,
  state: CompanionState,
): StoreWrite[] {
  const object = state.cache(resource).get('', name);
  if (!object || !isHeldBy(object, service)) return [];
  const expectedResourceVersion = object.metadata.resourceVersion ?? '';
  return [
    { type: 'delete', key: { ...resource, namespace: '', name }, object, expectedResourceVersion },
  ];
}

/** Whether `name` is reserved, by whomever. */
export function isReserved(resource: GroupResource, name: string, state: CompanionState): boolean {
  return state.cache(resource).get('', name) !== undefined;
}

function isHeldBy(reservation: ApiObject, { metadata }: ApiObject): boolean {
  const { parentRef } = (reservation as NodePortReservation).spec;
  return (
    parentRef.resource === 'services' &&
    parentRef.namespace === metadata.namespace &&
    parentRef.name === metadata.name
  );
}
