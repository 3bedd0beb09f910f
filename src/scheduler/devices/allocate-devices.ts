/** Which devices of a node meet the claims of a pod. Pure: a depth-first search with a bound. */
import type { Node, NodeSelector, NodeSelectorTerm } from '../../scheme/generated/types/core-v1.ts';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  ResourceClaim,
} from '../../scheme/generated/types/resource-v1.ts';
import type { ClaimRequest, RequestOption } from './claim-requests.ts';
import { agrees, type ChosenDevice, namesRequest } from './device-constraints.ts';
import type { PublishedDevice } from './device-pools.ts';

/** A claim without devices, and what it asks for. */
export interface OpenClaim {
  readonly claim: ResourceClaim;
  readonly requests: readonly ClaimRequest[];
}

export interface AllocateOptions {
  readonly claims: readonly OpenClaim[];
  readonly node: Node;
  /** What the node may use. */
  readonly devices: readonly PublishedDevice[];
  /** Whether another claim has the device. */
  readonly isTaken: (id: string) => boolean;
}

/** A claim has so many devices at most. */
const MAX_RESULTS = 32;
/** A search that looks at more devices than this is given up: the claims are too entangled. */
const MAX_STEPS = 20_000;

/** The allocation of each claim, in their order; undefined when the node has not what they need. */
export function allocateDevices(options: AllocateOptions): readonly AllocationResult[] | undefined {
  const search = new Search(options);
  if (!search.run()) return undefined;
  return options.claims.map((open, index) => search.resultOf(open, index));
}

interface Choice extends ChosenDevice {
  readonly option: RequestOption;
}

class Search {
  readonly #options: AllocateOptions;
  readonly #chosen: Choice[][];
  readonly #used = new Set<string>();
  #steps = 0;

  constructor(options: AllocateOptions) {
    this.#options = options;
    this.#chosen = options.claims.map(() => []);
  }

  run(): boolean {
    return this.#meetRequest(0, 0);
  }

  #meetRequest(claim: number, request: number): boolean {
    const open = this.#options.claims[claim];
    if (!open) return true;
    const wanted = open.requests[request];
    if (!wanted) return this.#meetRequest(claim + 1, 0);
    const next = () => this.#meetRequest(claim, request + 1);
    return wanted.options.some((option) =>
      option.count === 'all'
        ? this.#takeAll(claim, option, next)
        : this.#take({ claim, option, left: option.count, from: 0, next }),
    );
  }

  /** Takes so many devices, in their order: which of them comes first makes no difference. */
  #take(wish: Wish): boolean {
    const { claim, option, left, from, next } = wish;
    if (left === 0) return next();
    const { devices } = this.#options;
    for (let index = from; index + left <= devices.length; index++) {
      if (++this.#steps > MAX_STEPS) return false;
      const device = devices[index] as PublishedDevice;
      if (!option.selects(device) || !this.#choose(claim, option, device)) continue;
      if (this.#take({ ...wish, left: left - 1, from: index + 1 })) return true;
      this.#putBack(claim);
    }
    return false;
  }

  #takeAll(claim: number, option: RequestOption, next: () => boolean): boolean {
    const wanted = this.#options.devices.filter((device) => option.selects(device));
    // Nobody knows what all are while some are still to come.
    if (wanted.length === 0 || wanted.some(({ isPoolIncomplete }) => isPoolIncomplete))
      return false;
    const before = this.#chosen[claim]?.length ?? 0;
    if (wanted.every((device) => this.#choose(claim, option, device)) && next()) return true;
    while ((this.#chosen[claim]?.length ?? 0) > before) this.#putBack(claim);
    return false;
  }

  #choose(claim: number, option: RequestOption, device: PublishedDevice): boolean {
    const chosen = this.#chosen[claim] as Choice[];
    const isFree = !this.#used.has(device.id) && !this.#options.isTaken(device.id);
    if (chosen.length === MAX_RESULTS || !(isFree || option.isAdmin)) return false;
    const next = { request: option.name, option, device };
    const constraints = this.#options.claims[claim]?.claim.spec.devices?.constraints ?? [];
    if (!constraints.every((constraint) => agrees(constraint, chosen, next))) return false;
    chosen.push(next);
    if (!option.isAdmin) this.#used.add(device.id);
    return true;
  }

  #putBack(claim: number): void {
    const last = this.#chosen[claim]?.pop();
    if (last && !last.option.isAdmin) this.#used.delete(last.device.id);
  }

  resultOf({ claim }: OpenClaim, index: number): AllocationResult {
    const chosen = this.#chosen[index] ?? [];
    const config = configurationOf(claim, chosen);
    const nodeSelector = nodeSelectorOf(this.#options.node, chosen);
    return {
      devices: {
        results: chosen.map(({ request, option, device: { driver, pool, device } }) => ({
          request,
          driver,
          pool,
          device: device.name,
          ...(option.isAdmin ? { adminAccess: true } : {}),
          ...(option.tolerations.length > 0 ? { tolerations: [...option.tolerations] } : {}),
        })),
        ...(config.length > 0 ? { config } : {}),
      },
      ...(nodeSelector ? { nodeSelector } : {}),
    };
  }
}

interface Wish {
  readonly claim: number;
  readonly option: RequestOption;
  /** How many more are needed. */
  readonly left: number;
  /** The first device that may be taken. */
  readonly from: number;
  readonly next: () => boolean;
}

/** What drivers are told: by the classes first, so that claims have the last word. */
function configurationOf(
  { spec }: ResourceClaim,
  chosen: readonly Choice[],
): DeviceAllocationConfiguration[] {
  const options = new Map(chosen.map(({ option }) => [option.name, option]));
  const config: DeviceAllocationConfiguration[] = [];
  for (const { name, deviceClass } of options.values()) {
    for (const one of deviceClass.spec.config ?? []) {
      config.push({ source: 'FromClass', requests: [name], ...one });
    }
  }
  for (const one of spec.devices?.config ?? []) {
    const { requests = [] } = one;
    const isMeant = [...options.keys()].some((request) =>
      requests.some((name) => namesRequest(name, request)),
    );
    if (requests.length === 0 || isMeant) config.push({ source: 'FromClaim', ...one });
  }
  return config;
}

/** Where the devices can be used together. */
function nodeSelectorOf(node: Node, chosen: readonly Choice[]): NodeSelector | undefined {
  const places = chosen.map(({ device }) => device.place);
  if (places.some(({ nodeName }) => nodeName)) {
    const values = [node.metadata.name ?? ''];
    return {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values }] }],
    };
  }
  const terms = places.flatMap(({ nodeSelector }) => nodeSelector?.nodeSelectorTerms[0] ?? []);
  return terms.length > 0 ? { nodeSelectorTerms: [joined(terms)] } : undefined;
}

function joined(terms: readonly NodeSelectorTerm[]): NodeSelectorTerm {
  const matchExpressions = distinct(terms.flatMap((term) => term.matchExpressions ?? []));
  const matchFields = distinct(terms.flatMap((term) => term.matchFields ?? []));
  return {
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
    ...(matchFields.length > 0 ? { matchFields } : {}),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
