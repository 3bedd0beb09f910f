/** The EndpointSlices of a Service, with as few writes as can be. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Node, Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import { ipFamiliesOf, isEndpointCandidate } from '../shared/endpoints.ts';
import { portsKey } from '../shared/slice-ports.ts';
import { withTriggerTime } from '../shared/trigger-times.ts';
import { type AddressType, buildEndpoint, buildPorts, endpointIdentity } from './endpoint.ts';
import { type PortGroup, packSlices } from './packing.ts';
import { buildSlice, isOwnedBy, sliceLabels } from './slice.ts';
import { planHints, wantsTopologyHints } from './topology.ts';

/** A slice has at most this many endpoints, unless the controller is told otherwise. */
export const DEFAULT_MAX_ENDPOINTS_PER_SLICE = 100;

export interface SlicePlanInput {
  readonly service: Service;
  readonly pods: readonly Pod[];
  readonly nodeOf: (nodeName: string) => Node | undefined;
  /** The slices of the Service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
  readonly maxEndpointsPerSlice: number;
  /** When that happened which is told by the slices that are written. */
  readonly triggerTime?: string | undefined;
  /** The share of each zone in the cluster's CPUs, for Services that want topology aware hints; undefined when it is not known. */
  readonly zoneShares?: ReadonlyMap<string, number> | undefined;
}

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Pods that were left out, as their nodes are not known (yet). */
  readonly skipped: readonly SkippedPod[];
  /** Why there are no topology aware hints though the Service wants them, by address type. */
  readonly hintProblems: readonly HintProblem[];
}

export interface SkippedPod {
  readonly name: string;
  readonly nodeName: string;
}

export interface HintProblem {
  readonly addressType: AddressType;
  readonly problem: string;
}

export function planSlices(input: SlicePlanInput): SlicePlan {
  const addressTypes = ipFamiliesOf(input.service);
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const remove = input.slices.filter(
    ({ addressType }) => !addressTypes.includes(addressType as AddressType),
  );
  const hintProblems: HintProblem[] = [];
  const skipped: SkippedPod[] = [];
  for (const addressType of addressTypes) {
    const plan = planAddressType(input, addressType);
    create.push(...plan.create);
    update.push(...plan.update);
    remove.push(...plan.remove);
    hintProblems.push(...plan.hintProblems);
    skipped.push(...plan.skipped);
  }
  const timed = (slice: EndpointSlice): EndpointSlice => {
    const annotations = withTriggerTime(slice.metadata.annotations, input.triggerTime);
    return { ...slice, metadata: { ...slice.metadata, annotations } };
  };
  return {
    create: create.map(timed),
    update: update.map(timed),
    remove,
    skipped,
    hintProblems,
  };
}

function planAddressType(input: SlicePlanInput, addressType: AddressType): SlicePlan {
  const { service, slices, maxEndpointsPerSlice } = input;
  const { groups, skipped } = groupByPorts(input, addressType);
  const problem = wantsTopologyHints(service) ? addHints(groups, input.zoneShares) : undefined;
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  const owned: EndpointSlice[] = [];
  for (const slice of slices) {
    if (slice.addressType !== addressType) continue;
    (isOwnedBy(slice, service) ? owned : remove).push(slice);
  }
  const leftovers: EndpointSlice[] = [];
  const byPorts = groupSlices(owned);
  for (const [key, existing] of byPorts) if (!groups.has(key)) leftovers.push(...existing);
  for (const [key, group] of groups) {
    const existing = byPorts.get(key) ?? [];
    const packed = packSlices({ service, addressType, group, existing, maxEndpointsPerSlice });
    create.push(...packed.create);
    update.push(...packed.update);
    leftovers.push(...packed.remove);
  }
  if (create.length === 0 && leftovers.length === owned.length) {
    create.push(buildSlice(service, addressType, []));
  }
  reuse({ service, create, update, leftovers });
  return {
    create,
    update,
    remove: [...remove, ...leftovers],
    skipped,
    hintProblems: problem === undefined ? [] : [{ addressType, problem }],
  };
}

/** Says of each ready endpoint which zone it serves. @returns why not, where it cannot be said */
function addHints(
  groups: ReadonlyMap<string, PortGroup>,
  shares: ReadonlyMap<string, number> | undefined,
): string | undefined {
  const ready = [...groups.values()].flatMap(({ endpoints }) =>
    [...endpoints.values()].filter(({ conditions }) => conditions?.ready),
  );
  const plan = planHints(ready, shares);
  if ('problem' in plan) return plan.problem;
  for (const { endpoints } of groups.values()) {
    for (const [identity, endpoint] of endpoints) {
      const name = plan.zones.get(endpoint);
      if (name) endpoints.set(identity, { ...endpoint, hints: { forZones: [{ name }] } });
    }
  }
  return undefined;
}

function groupByPorts(
  { service, pods, nodeOf }: SlicePlanInput,
  addressType: AddressType,
): { groups: Map<string, PortGroup>; skipped: SkippedPod[] } {
  const groups = new Map<string, PortGroup>();
  const skipped: SkippedPod[] = [];
  for (const pod of pods) {
    if (!isEndpointCandidate(pod, { includeTerminating: true })) continue;
    const { nodeName = '' } = pod.spec ?? {};
    const node = nodeOf(nodeName);
    if (!node && !service.spec?.publishNotReadyAddresses) {
      // A Pod that is on no node yet is heard of again when it is.
      if (nodeName !== '') skipped.push({ name: pod.metadata.name ?? '', nodeName });
      continue;
    }
    const endpoint = buildEndpoint(pod, node, service, addressType);
    if (!endpoint) continue;
    const ports = buildPorts(pod, service);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: new Map() };
    groups.set(key, group);
    group.endpoints.set(endpointIdentity(endpoint), endpoint);
  }
  return { groups, skipped };
}

function groupSlices(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = portsKey(slice.ports);
    const group = groups.get(key);
    if (group) group.push(slice);
    else groups.set(key, [slice]);
  }
  return groups;
}

interface Reuse {
  readonly service: Service;
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly leftovers: EndpointSlice[];
}

/** A slice to be made takes the place of one to be deleted: one write instead of two, and none when they are the same. */
function reuse({ service, create, update, leftovers }: Reuse): void {
  while (create.length > 0 && leftovers.length > 0) {
    const next = create.pop() as EndpointSlice;
    const slice = leftovers.shift() as EndpointSlice;
    const labels = sliceLabels(service);
    const isSame =
      portsKey(slice.ports) === portsKey(next.ports) &&
      deepEqual(slice.endpoints ?? [], next.endpoints ?? []) &&
      deepEqual(slice.metadata.labels, labels);
    if (isSame) continue;
    const { endpoints, ports } = next;
    update.push({ ...slice, endpoints, ports, metadata: { ...slice.metadata, labels } });
  }
}
