/** Extended resources that pods ask for by name, and that devices stand for where the node itself has none. */
import type { ApiClient } from '../../apiserver/client.ts';
import { corePods, resourceResourceClaims } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { DeviceClass, ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { quantityValue } from '../../scheme/quantity.ts';

/** On a claim that was made for the extended resources of its pod. */
const ANNOTATION_EXTENDED_RESOURCES = 'resource.kubernetes.io/extended-resource-claim';
/** A device class can be asked for by this and its name, without more. */
const IMPLICIT_PREFIX = 'deviceclass.resource.kubernetes.io/';

/** How many devices a container wants in place of a resource. */
export interface ExtendedRequest {
  readonly container: string;
  readonly resource: string;
  /** As the claim calls it. */
  readonly name: string;
  readonly deviceClass: string;
  readonly count: number;
}

/** The classes whose devices stand for an extended resource, by its name; of several the newest. */
export function classesByResource(classes: Iterable<DeviceClass>): ReadonlyMap<string, string> {
  const sorted = [...classes].sort((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1));
  const names = new Map<string, string>();
  for (const { metadata, spec } of sorted) {
    const { name = '' } = metadata;
    names.set(`${IMPLICIT_PREFIX}${name}`, name);
    if (spec.extendedResourceName) names.set(spec.extendedResourceName, name);
  }
  return names;
}

function ageKey({ metadata: { creationTimestamp = '', name = '' } }: DeviceClass): string {
  return `${creationTimestamp} ${name}`;
}

/** What the pod wants of devices in place of resources, wherever it goes. */
export function extendedRequestsOf(
  { spec, status }: Pod,
  classes: ReadonlyMap<string, string>,
): readonly ExtendedRequest[] {
  // The claim is made: it says what is wanted.
  if (classes.size === 0 || status?.extendedResourceClaimStatus) return [];
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return containers.flatMap(({ name: container, resources }, index) =>
    Object.entries(resources?.requests ?? {}).flatMap(([resource, amount], at) => {
      const deviceClass = classes.get(resource);
      const count = quantityValue(amount);
      if (deviceClass === undefined || count === 0) return [];
      return [
        { container, resource, name: `container-${index}-request-${at}`, deviceClass, count },
      ];
    }),
  );
}

/** The claim for what the node does not have itself, until it is made; undefined when it has everything. */
export function extendedClaimOf(
  { metadata }: Pod,
  requests: readonly ExtendedRequest[],
  node: Node,
): ResourceClaim | undefined {
  const missing = requests.filter(
    ({ resource }) => quantityValue(node.status?.allocatable?.[resource] ?? '0') === 0,
  );
  if (missing.length === 0) return undefined;
  const { name, namespace = '', uid = '' } = metadata;
  const exact = missing.map(({ name: request, deviceClass, count }) => ({
    name: request,
    exactly: { deviceClassName: deviceClass, allocationMode: 'ExactCount' as const, count },
  }));
  const owner = { apiVersion: 'v1', kind: 'Pod', name: name ?? '', uid };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: `${name}-extended-resources-`,
      namespace,
      uid: `${IMPLICIT_PREFIX}${uid}`,
      annotations: { [ANNOTATION_EXTENDED_RESOURCES]: 'true' },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { devices: { requests: exact } },
  };
}

/** Whether the claim is one that {@link storeExtendedClaim} has yet to make. */
export function isToBeMade({ metadata }: ResourceClaim): boolean {
  return metadata.uid?.startsWith(IMPLICIT_PREFIX) ?? false;
}

/** Makes the claim, and says in the pod's status which of its requests is for which container. */
export async function storeExtendedClaim(
  client: ApiClient,
  { metadata: { uid: _, ...metadata }, spec }: ResourceClaim,
  { pod, requests }: { readonly pod: Pod; readonly requests: readonly ExtendedRequest[] },
): Promise<ResourceClaim> {
  const claim = await client.create(resourceResourceClaims, { metadata, spec });
  const wanted = new Set(spec.devices?.requests?.map(({ name }) => name));
  const requestMappings = requests
    .filter(({ name }) => wanted.has(name))
    .map(({ container: containerName, resource: resourceName, name: requestName }) => ({
      containerName,
      resourceName,
      requestName,
    }));
  const { name = '', namespace, uid } = pod.metadata;
  const resourceClaimName = claim.metadata.name ?? '';
  const extendedResourceClaimStatus = { resourceClaimName, requestMappings };
  // The uid keeps a namesake from having it.
  const patch = { metadata: { uid }, status: { extendedResourceClaimStatus } };
  const options = { subresource: 'status' } as const;
  await client.patch(corePods, { namespace, name }, { type: 'merge', patch }, options);
  return claim;
}
