/** The EndpointSlices of Endpoints that somebody made by hand. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type {
  EndpointAddress,
  EndpointSubset,
  Endpoints,
  Service,
} from '../../scheme/generated/types/core-v1.ts';
import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
} from '../../scheme/generated/types/discovery-v1.ts';
import { type IpFamily, ipFamilyOf } from '../../scheme/ip.ts';
import { formatIpBits, parseIpBits } from '../../scheme/ip-bits.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { portsKey } from '../shared/slice-ports.ts';
import { ANNOTATION_TRIGGER_TIME } from '../shared/trigger-times.ts';
import { repackSubsets } from './subsets.ts';

/** More addresses of one subset than this are left out. */
export const MAX_ENDPOINTS_PER_SUBSET = 1_000;

export const LABEL_SERVICE_NAME = 'kubernetes.io/service-name';
export const LABEL_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MIRRORED_BY_CONTROLLER = 'endpointslicemirroring-controller.k8s.io';

const LABEL_SKIP = 'endpointslice.kubernetes.io/skip-mirror';
/** On Endpoints that a controller keeps: their Service has slices of its own. */
const LABEL_ENDPOINTS_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const ANNOTATION_LEADER = 'control-plane.alpha.kubernetes.io/leader';
const ANNOTATIONS_LEFT_OUT: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  ANNOTATION_TRIGGER_TIME,
]);

/** Whether the Endpoints are somebody's own, for a Service that names no Pods. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  if (!service || Object.keys(service.spec?.selector ?? {}).length > 0) return false;
  const { annotations = {}, labels = {} } = endpoints.metadata;
  if (labels[LABEL_SKIP] === 'true' || labels[LABEL_ENDPOINTS_MANAGED_BY] !== undefined)
    return false;
  return annotations[ANNOTATION_LEADER] === undefined;
}

export interface MirrorPlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Addresses that are no IP addresses, and are left out. */
  readonly invalid: number;
  /** All addresses that are left out, those and the ones that are too many. */
  readonly skipped: number;
}

/** @param endpoints undefined when nothing is to be mirrored (any more) */
export function planMirror(
  endpoints: Endpoints | undefined,
  slices: readonly EndpointSlice[],
): MirrorPlan {
  const counts = { invalid: 0, skipped: 0 };
  const groups = endpoints ? mirroredGroups(endpoints, counts) : new Map<string, Mirrored>();
  const existing = byKey(slices);
  const changes: Changes = { create: [], update: [], remove: [] };
  for (const [key, group] of groups) {
    const [first, ...others] = existing.get(key) ?? [];
    existing.delete(key);
    // One is enough: there are more where somebody made them, or the process died before it knew of the first.
    changes.remove.push(...others);
    const next = endpoints && newSlice(endpoints, group);
    if (!next) continue;
    if (!first) changes.create.push(next);
    else if (!isSame(first, next)) changes.update.push(withContent(first, next));
  }
  changes.remove.push(...[...existing.values()].flat());
  return { ...recycled(changes), ...counts };
}

interface Changes {
  create: EndpointSlice[];
  update: EndpointSlice[];
  remove: EndpointSlice[];
}

/** A slice that would go becomes one that would be made: proxies are spared the time in between. */
function recycled({ create, remove, update }: Changes): Changes {
  const left = [...remove];
  const made: EndpointSlice[] = [];
  const changed = [...update];
  for (const slice of create) {
    const index = left.findIndex(({ addressType }) => addressType === slice.addressType);
    const [old] = index < 0 ? [] : left.splice(index, 1);
    if (old) changed.push(withContent(old, slice));
    else made.push(slice);
  }
  return { create: made, update: changed, remove: left };
}

interface Counts {
  invalid: number;
  skipped: number;
}

/** What one slice is for. */
interface Mirrored {
  readonly addressType: IpFamily;
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

function mirroredGroups(endpoints: Endpoints, counts: Counts): Map<string, Mirrored> {
  const groups = new Map<string, Mirrored>();
  for (const subset of repackSubsets(endpoints.subsets ?? [])) {
    const ports = portsOf(subset);
    for (const { address, addressType, ready } of addressesOf(subset, counts)) {
      const key = keyOf(addressType, ports);
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      addEndpoint(group, toEndpoint(address, addressType, ready));
    }
  }
  return groups;
}

function byKey(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = keyOf(slice.addressType, slice.ports);
    groups.set(key, [...(groups.get(key) ?? []), slice]);
  }
  return groups;
}

function keyOf(addressType: string, ports: readonly EndpointPort[] | undefined): string {
  return `${addressType}|${portsKey(ports)}`;
}

/** An address of several subsets with the same ports is one endpoint. */
function addEndpoint({ endpoints }: Mirrored, endpoint: Endpoint): void {
  if (!endpoints.some(({ addresses }) => addresses[0] === endpoint.addresses[0])) {
    endpoints.push(endpoint);
  }
}

function addressesOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset, counts: Counts) {
  const all = [
    ...addresses.map((address) => ({ address, ready: true })),
    ...notReadyAddresses.map((address) => ({ address, ready: false })),
  ];
  const mirrored: { address: EndpointAddress; addressType: IpFamily; ready: boolean }[] = [];
  for (const one of all) {
    if (mirrored.length === MAX_ENDPOINTS_PER_SUBSET) break;
    const addressType = ipFamilyOf(one.address.ip);
    if (addressType) mirrored.push({ ...one, addressType });
    else counts.invalid++;
  }
  counts.skipped += all.length - mirrored.length;
  return mirrored;
}

function portsOf({ ports = [] }: EndpointSubset): EndpointPort[] {
  return ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol ? { appProtocol } : {}),
  }));
}

function toEndpoint(
  { hostname, ip, nodeName, targetRef }: EndpointAddress,
  addressType: IpFamily,
  ready: boolean,
): Endpoint {
  return {
    addresses: [formatIpBits(parseIpBits(ip), addressType)],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

/** The API makes up its name. */
function newSlice(endpoints: Endpoints, group: Mirrored): EndpointSlice {
  const { annotations = {}, labels = {}, name: serviceName = '', namespace } = endpoints.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !ANNOTATIONS_LEFT_OUT.has(key));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${serviceName}-`,
      ...(namespace ? { namespace } : {}),
      labels: {
        ...labels,
        [LABEL_SERVICE_NAME]: serviceName,
        [LABEL_MANAGED_BY]: MIRRORED_BY_CONTROLLER,
      },
      ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
      ownerReferences: [controllerReference(endpoints)],
    },
    ...group,
  };
}

function isSame(slice: EndpointSlice, next: EndpointSlice): boolean {
  return (
    deepEqual(slice.endpoints ?? [], next.endpoints ?? []) &&
    deepEqual(slice.metadata.labels, next.metadata.labels) &&
    deepEqual(slice.metadata.annotations ?? {}, next.metadata.annotations ?? {}) &&
    deepEqual(slice.metadata.ownerReferences, next.metadata.ownerReferences)
  );
}

function withContent(slice: EndpointSlice, next: EndpointSlice): EndpointSlice {
  const { annotations: _, ...metadata } = slice.metadata;
  const { annotations, labels, ownerReferences } = next.metadata;
  return {
    ...slice,
    metadata: {
      ...metadata,
      ...(labels ? { labels } : {}),
      ...(ownerReferences ? { ownerReferences } : {}),
      ...(annotations ? { annotations } : {}),
    },
    endpoints: next.endpoints ?? [],
    ports: next.ports ?? [],
  };
}
