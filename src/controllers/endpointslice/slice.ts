import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointPort, EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import { isHeadless, LABEL_HEADLESS } from '../shared/endpoints.ts';
import { controllerReference } from '../shared/owner-references.ts';
import type { AddressType } from './endpoint.ts';

export const LABEL_SERVICE_NAME = 'kubernetes.io/service-name';
export const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY_CONTROLLER = 'endpointslice-controller.k8s.io';

const RESERVED_LABELS: ReadonlySet<string> = new Set([
  LABEL_SERVICE_NAME,
  LABEL_MANAGED_BY,
  LABEL_HEADLESS,
]);

/** An empty slice of the Service. The API makes its name. */
export function buildSlice(
  service: Service,
  addressType: AddressType,
  ports: EndpointPort[],
): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    ports,
    endpoints: [],
  };
}

/** The labels of the Service, and those by which its slices are found. */
export function sliceLabels(service: Service): Record<string, string> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(
    ([key]) => !RESERVED_LABELS.has(key),
  );
  return {
    ...Object.fromEntries(own),
    ...(isHeadless(service) ? { [LABEL_HEADLESS]: '' } : {}),
    [LABEL_SERVICE_NAME]: service.metadata.name ?? '',
    [LABEL_MANAGED_BY]: MANAGED_BY_CONTROLLER,
  };
}

/** The key of the Service that the slice is of; undefined when this controller does not manage the slice. */
export function serviceKeyOf({
  metadata: { namespace, labels },
}: EndpointSlice): string | undefined {
  const name = labels?.[LABEL_SERVICE_NAME];
  if (!name || labels?.[LABEL_MANAGED_BY] !== MANAGED_BY_CONTROLLER) return undefined;
  return `${namespace}/${name}`;
}

/** An old Service of the same name may have left slices that the garbage collector is about to take. */
export function isOwnedBy({ metadata }: EndpointSlice, service: Service): boolean {
  return (
    metadata.ownerReferences?.some(
      ({ apiVersion, kind, uid }) =>
        uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
    ) ?? false
  );
}
