/** What Endpoints and EndpointSlices agree on. All pure. */

import type { Pod, Service, ServicePort } from '../../scheme/generated/types/core-v1.ts';
import { isSidecar } from '../../scheme/resources-of-pod.ts';
import { isPodTerminal } from './pods.ts';

/** Marks the endpoints of a Service without a cluster IP. */
export const LABEL_HEADLESS = 'service.kubernetes.io/headless';

export interface CandidateOptions {
  readonly includeTerminating: boolean;
}

/** Whether the Pod can be reached at all: it has an address and has not ended. */
export function isEndpointCandidate(pod: Pod, { includeTerminating }: CandidateOptions): boolean {
  if (isPodTerminal(pod)) return false;
  if (!pod.status?.podIP && !pod.status?.podIPs?.length) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The Pod's addresses of one family. */
export function podAddresses({ status }: Pod, family: 'IPv4' | 'IPv6'): string[] {
  const addresses = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP ?? ''];
  return addresses.filter((ip) => ip !== '' && ip.includes(':') === (family === 'IPv6'));
}

/** The port of the Pod that a Service's port leads to; undefined when the Pod has no port of that name. */
export function findTargetPort({ spec }: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const sidecars = spec?.initContainers?.filter(isSidecar);
  for (const { ports } of [...(spec?.containers ?? []), ...(sidecars ?? [])]) {
    const found = ports?.find(
      ({ name, protocol }) => name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (found) return found.containerPort;
  }
  return undefined;
}

/** The name by which DNS knows the Pod within the Service, for Pods that ask for one. */
export function endpointHostname({ metadata, spec }: Pod, service: Service): string | undefined {
  const isIn =
    spec?.subdomain === service.metadata.name && metadata.namespace === service.metadata.namespace;
  return isIn && spec?.hostname ? spec.hostname : undefined;
}

export function isHeadless({ spec }: Service): boolean {
  return !spec?.clusterIP || spec.clusterIP === 'None';
}

/** The address families that the Service serves. */
export function ipFamiliesOf({ spec }: Service): readonly ('IPv4' | 'IPv6')[] {
  if (spec?.ipFamilies?.length) return spec.ipFamilies;
  if (spec?.clusterIP && spec.clusterIP !== 'None') {
    return [spec.clusterIP.includes(':') ? 'IPv6' : 'IPv4'];
  }
  return ['IPv4'];
}
