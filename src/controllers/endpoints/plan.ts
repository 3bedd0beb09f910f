/** The Endpoints of a Service. Pure. */
import type { NewObject } from '../../apiserver/client.ts';
import { deepEqual } from '../../lib/deep-equal.ts';
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from '../../scheme/generated/types/core-v1.ts';
import {
  endpointHostname,
  findTargetPort,
  ipFamiliesOf,
  isEndpointCandidate,
  isHeadless,
  LABEL_HEADLESS,
  podAddresses,
} from '../shared/endpoints.ts';
import { isPodReady } from '../shared/pods.ts';
import { withTriggerTime } from '../shared/trigger-times.ts';

/** More addresses than this do not fit: the rest is left out, and an annotation says so. */
export const MAX_ENDPOINTS = 1000;
const ANNOTATION_OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const OVER_CAPACITY_TRUNCATED = 'truncated';
export const LABEL_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
export const MANAGED_BY_CONTROLLER = 'endpoint-controller';

/**
 * The Endpoints to write: `current` with what differs, or new ones; undefined when they are as they should be.
 * @param triggerTime When that happened which is told by them if they are written.
 */
export function planEndpoints(
  service: Service,
  pods: readonly Pod[],
  current: Endpoints | undefined,
  triggerTime?: string,
): NewObject<Endpoints> | undefined {
  const { subsets, isTruncated } = truncate(buildSubsets(service, pods));
  const { [LABEL_HEADLESS]: _headless, ...own } = service.metadata.labels ?? {};
  const labels: Record<string, string> = {
    ...own,
    [LABEL_MANAGED_BY]: MANAGED_BY_CONTROLLER,
    ...(isHeadless(service) ? { [LABEL_HEADLESS]: '' } : {}),
  };
  const { [ANNOTATION_OVER_CAPACITY]: _capacity, ...rest } = current?.metadata.annotations ?? {};
  const annotations = isTruncated
    ? { ...rest, [ANNOTATION_OVER_CAPACITY]: OVER_CAPACITY_TRUNCATED }
    : rest;
  const isSame =
    current &&
    deepEqual(current.subsets ?? [], subsets) &&
    deepEqual(current.metadata.labels ?? {}, labels) &&
    deepEqual(
      withTriggerTime(current.metadata.annotations, undefined),
      withTriggerTime(annotations, undefined),
    );
  if (isSame) return undefined;
  const { name, namespace } = service.metadata;
  return {
    ...current,
    metadata: {
      ...current?.metadata,
      name,
      namespace,
      labels,
      annotations: withTriggerTime(annotations, triggerTime),
    },
    subsets,
  };
}

/** Pods with the same ports share a subset. */
function buildSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const groups = new Map<string, Required<EndpointSubset>>();
  const { publishNotReadyAddresses: all = false } = service.spec ?? {};
  for (const pod of pods) {
    if (!isEndpointCandidate(pod, { includeTerminating: all })) continue;
    const address = addressOf(pod, service);
    const ports = portsOf(pod, service);
    if (!address || !ports) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { addresses: [], notReadyAddresses: [], ports };
    groups.set(key, group);
    (all || isPodReady(pod) ? group.addresses : group.notReadyAddresses).push(address);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => finished(group));
}

/** In a fixed order, so that the same Pods give the same object; lists without members are left out. */
function finished({
  addresses,
  notReadyAddresses,
  ports,
}: Required<EndpointSubset>): EndpointSubset {
  return {
    ...(addresses.length > 0 ? { addresses: addresses.sort(compareAddresses) } : {}),
    ...(notReadyAddresses.length > 0
      ? { notReadyAddresses: notReadyAddresses.sort(compareAddresses) }
      : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

function compareAddresses(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip === b.ip) return (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
  return a.ip < b.ip ? -1 : 1;
}

function addressOf(pod: Pod, service: Service): EndpointAddress | undefined {
  const [ip] = podAddresses(pod, ipFamiliesOf(service)[0] ?? 'IPv4');
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const hostname = endpointHostname(pod, service);
  return {
    ip,
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** The ports that the Service finds on the Pod; undefined when it has ports and the Pod none of them. */
function portsOf(pod: Pod, service: Service): EndpointPort[] | undefined {
  const wanted = service.spec?.ports ?? [];
  // Only a headless Service may do without ports.
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports: EndpointPort[] = [];
  for (const servicePort of wanted) {
    const port = findTargetPort(pod, servicePort);
    if (port === undefined) continue;
    const { name, appProtocol, protocol = 'TCP' } = servicePort;
    ports.push({
      ...(name ? { name } : {}),
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    });
  }
  return ports.length > 0 ? ports : undefined;
}

interface Truncation {
  readonly subsets: EndpointSubset[];
  readonly isTruncated: boolean;
}

/** Keeps {@link MAX_ENDPOINTS}, ready ones before others, from each subset by its share. */
function truncate(subsets: EndpointSubset[]): Truncation {
  const ready = countOf(subsets, 'addresses');
  const notReady = countOf(subsets, 'notReadyAddresses');
  if (ready + notReady <= MAX_ENDPOINTS) return { subsets, isTruncated: false };
  if (ready > MAX_ENDPOINTS) {
    const withoutNotReady = subsets.map(({ notReadyAddresses: _left, ...subset }) => subset);
    return { subsets: cut(withoutNotReady, 'addresses', MAX_ENDPOINTS), isTruncated: true };
  }
  return { subsets: cut(subsets, 'notReadyAddresses', MAX_ENDPOINTS - ready), isTruncated: true };
}

type AddressList = 'addresses' | 'notReadyAddresses';

function cut(
  subsets: readonly EndpointSubset[],
  list: AddressList,
  room: number,
): EndpointSubset[] {
  const total = countOf(subsets, list);
  let left = room;
  return subsets.map((subset) => {
    const addresses = subset[list] ?? [];
    const share = Math.min(left, Math.ceil((addresses.length / total) * room));
    left -= Math.min(share, addresses.length);
    return { ...subset, [list]: addresses.slice(0, share) };
  });
}

function countOf(subsets: readonly EndpointSubset[], list: AddressList): number {
  return subsets.reduce((sum, subset) => sum + (subset[list]?.length ?? 0), 0);
}
