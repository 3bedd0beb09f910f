/** Endpoints of the same ports into slices: those that must be written anyway are filled first. Pure. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
} from '../../scheme/generated/types/discovery-v1.ts';
import { type AddressType, endpointIdentity } from './endpoint.ts';
import { buildSlice, sliceLabels } from './slice.ts';

/** What Pods with the same ports should have. */
export interface PortGroup {
  readonly ports: EndpointPort[];
  /** By identity. */
  readonly endpoints: Map<string, Endpoint>;
}

export interface PackingInput {
  readonly service: Service;
  readonly addressType: AddressType;
  readonly group: PortGroup;
  readonly existing: readonly EndpointSlice[];
  readonly maxEndpointsPerSlice: number;
}

export interface Packing {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/** A slice with the endpoints that it is to have. */
interface Draft {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
  isChanged: boolean;
}

export function packSlices(input: PackingInput): Packing {
  const { service, addressType, group, existing, maxEndpointsPerSlice: max } = input;
  const unplaced = new Map(group.endpoints);
  const labels = sliceLabels(service);
  const drafts = existing.map((slice) => keepWanted(slice, unplaced, labels));
  const remove = drafts.filter(({ endpoints }) => endpoints.length === 0);
  const kept = drafts.filter(({ endpoints }) => endpoints.length > 0);
  fillChanged(kept, unplaced, max);
  const create: EndpointSlice[] = [];
  while (unplaced.size > 0) {
    const roomy = findRoomy(kept, unplaced.size, max);
    if (roomy) {
      take(unplaced, roomy.endpoints, max);
      roomy.isChanged = true;
      continue;
    }
    const endpoints: Endpoint[] = [];
    take(unplaced, endpoints, max);
    create.push({ ...buildSlice(service, addressType, group.ports), endpoints });
  }
  return {
    create,
    update: kept
      .filter(({ isChanged }) => isChanged)
      .map((draft) => toUpdate(draft, group, labels)),
    remove: remove.map(({ slice }) => slice),
  };
}

/** The slice with the endpoints that are still wanted, as they should be now; they are taken off `unplaced`. */
function keepWanted(
  slice: EndpointSlice,
  unplaced: Map<string, Endpoint>,
  labels: Record<string, string>,
): Draft {
  const endpoints: Endpoint[] = [];
  let isChanged = !deepEqual(slice.metadata.labels, labels);
  for (const endpoint of slice.endpoints ?? []) {
    const identity = endpointIdentity(endpoint);
    const wanted = unplaced.get(identity);
    if (!wanted || !deepEqual(wanted, endpoint)) isChanged = true;
    if (!wanted) continue;
    endpoints.push(wanted);
    unplaced.delete(identity);
  }
  return { slice, endpoints, isChanged };
}

function fillChanged(drafts: readonly Draft[], unplaced: Map<string, Endpoint>, max: number): void {
  const fullestFirst = drafts
    .filter(({ isChanged }) => isChanged)
    .sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const { endpoints } of fullestFirst) take(unplaced, endpoints, max);
}

/** The unchanged slice that is fullest once it has taken all of `count`. */
function findRoomy(drafts: readonly Draft[], count: number, max: number): Draft | undefined {
  return drafts
    .filter(({ isChanged, endpoints }) => !isChanged && endpoints.length + count <= max)
    .sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
}

function take(unplaced: Map<string, Endpoint>, into: Endpoint[], max: number): void {
  for (const [identity, endpoint] of unplaced) {
    if (into.length >= max) return;
    into.push(endpoint);
    unplaced.delete(identity);
  }
}

function toUpdate(
  { slice, endpoints }: Draft,
  { ports }: PortGroup,
  labels: Record<string, string>,
): EndpointSlice {
  return { ...slice, ports, endpoints, metadata: { ...slice.metadata, labels } };
}
