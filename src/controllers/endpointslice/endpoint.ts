/** From Pods to the endpoints and ports of slices. All pure. */
import type { Node, Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import type {
  Endpoint,
  EndpointHints,
  EndpointPort,
} from '../../scheme/generated/types/discovery-v1.ts';
import { endpointHostname, findTargetPort, isHeadless, podAddresses } from '../shared/endpoints.ts';
import { LABEL_ZONE } from '../shared/nodes.ts';
import { isPodReady } from '../shared/pods.ts';
import { wantsTopologyHints } from './topology.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** The endpoint of a Pod; undefined when it has no address of the type. */
export function buildEndpoint(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: AddressType,
): Endpoint | undefined {
  const addresses = podAddresses(pod, addressType);
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const nodeName = pod.spec?.nodeName;
  const zone = node?.metadata.labels?.[LABEL_ZONE];
  const hostname = endpointHostname(pod, service);
  // Topology aware hints are of all endpoints together, and go before these.
  const isHinted = ready && !wantsTopologyHints(service);
  const hints = isHinted ? hintsOf(service, { nodeName, zone }) : undefined;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...(hints ? { hints } : {}),
  };
}

/** Whom the endpoint should serve first, by the Service's traffic distribution. */
function hintsOf(
  { spec }: Service,
  { nodeName, zone }: { nodeName: string | undefined; zone: string | undefined },
): EndpointHints | undefined {
  const forZones = zone ? { forZones: [{ name: zone }] } : {};
  switch (spec?.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return zone ? forZones : undefined;
    case 'PreferSameNode':
      return nodeName ? { forNodes: [{ name: nodeName }], ...forZones } : undefined;
    default:
      return undefined;
  }
}

/** The ports at which the Service reaches the Pod. */
export function buildPorts(pod: Pod, service: Service): EndpointPort[] {
  const wanted = service.spec?.ports ?? [];
  if (wanted.length === 0 && isHeadless(service)) return [];
  return wanted.flatMap((servicePort) => {
    const port = findTargetPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

/** Which endpoint it is, whatever its conditions: the Pod and where it is. */
export function endpointIdentity({ addresses, targetRef }: Endpoint): string {
  return `${targetRef?.uid}|${addresses.join(',')}`;
}
