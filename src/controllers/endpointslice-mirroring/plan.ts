/** The EndpointSlices of Endpoints that somebody made by hand. Pure. */
import { createHash } from 'node:crypto';
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
import { ipFamilyOf } from '../../scheme/ip.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { selectorOf } from '../shared/service-pods.ts';
import { portsKey } from '../shared/slice-ports.ts';
import { ANNOTATION_TRIGGER_TIME } from '../shared/trigger-times.ts';

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

const HASH_CHARACTERS = 10;

/** Whether the Endpoints are somebody's own, for a Service that finds no Pods by itself. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  if (!service || selectorOf(service) || service.spec?.type === 'ExternalName') return false;
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
  /** Addresses that are too many. */
  readonly skipped: number;
}

/** @param endpoints undefined when nothing is to be mirrored (any more) */
export function planMirror(
  endpoints: Endpoints | undefined,
  slices: readonly EndpointSlice[],
): MirrorPlan {
  const counts = { invalid: 0, skipped: 0 };
  const wanted = endpoints ? mirroredSlices(endpoints, counts) : new Map<string, EndpointSlice>();
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const slice of slices) {
    const next = wanted.get(slice.metadata.name ?? '');
    wanted.delete(slice.metadata.name ?? '');
    if (!next) remove.push(slice);
    else if (!isSame(slice, next)) update.push(withContent(slice, next));
  }
  return { create: [...wanted.values()], update, remove, ...counts };
}

interface Counts {
  invalid: number;
  skipped: number;
}

function mirroredSlices(endpoints: Endpoints, counts: Counts): Map<string, EndpointSlice> {
  const slices = new Map<string, EndpointSlice>();
  for (const subset of endpoints.subsets ?? []) {
    const ports = portsOf(subset);
    for (const { address, ready } of addressesOf(subset, counts)) {
      const addressType = ipFamilyOf(address.ip);
      if (!addressType) continue;
      const name = sliceName(endpoints, addressType, ports);
      const slice = slices.get(name) ?? newSlice(endpoints, { name, addressType, ports });
      slices.set(name, slice);
      addEndpoint(slice, toEndpoint(address, ready));
    }
  }
  return slices;
}

/** An address of several subsets with the same ports is one endpoint. */
function addEndpoint(slice: EndpointSlice, endpoint: Endpoint): void {
  const endpoints = slice.endpoints ?? [];
  slice.endpoints = endpoints;
  if (!endpoints.some(({ addresses }) => addresses[0] === endpoint.addresses[0])) {
    endpoints.push(endpoint);
  }
}

function addressesOf(subset: EndpointSubset, counts: Counts) {
  const all = [
    ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
    ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
  ];
  const valid = all.filter(({ address }) => ipFamilyOf(address.ip) !== undefined);
  counts.invalid += all.length - valid.length;
  counts.skipped += Math.max(0, valid.length - MAX_ENDPOINTS_PER_SUBSET);
  return valid.slice(0, MAX_ENDPOINTS_PER_SUBSET);
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
  ready: boolean,
): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

/** The name follows from what the slice is for: whoever mirrors twice makes one slice. */
function sliceName(
  { metadata }: Endpoints,
  addressType: string,
  ports: readonly EndpointPort[],
): string {
  const text = `${addressType}|${portsKey(ports)}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
  return `${metadata.name}-${hash}`;
}

function newSlice(
  endpoints: Endpoints,
  { name, ...parts }: { name: string; addressType: 'IPv4' | 'IPv6'; ports: EndpointPort[] },
): EndpointSlice {
  const { annotations = {}, labels = {}, name: serviceName = '', namespace } = endpoints.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !ANNOTATIONS_LEFT_OUT.has(key));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      labels: {
        ...labels,
        [LABEL_SERVICE_NAME]: serviceName,
        [LABEL_MANAGED_BY]: MIRRORED_BY_CONTROLLER,
      },
      ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
      ownerReferences: [controllerReference(endpoints)],
    },
    endpoints: [],
    ...parts,
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
  };
}
