/** Which devices of a node meet the claims of a pod. Pure: a depth-first search with a bound. */
import { randomUUID } from 'node:crypto';
import type { Node, NodeSelector, NodeSelectorTerm } from '../../scheme/generated/types/core-v1.ts';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  ResourceClaim,
} from '../../scheme/generated/types/resource-v1.ts';
import type { ClaimRequest, RequestOption } from './claim-requests.ts';
import { writtenAmounts } from './device-capacity.ts';
import { agrees, type ChosenDevice, namesRequest } from './device-constraints.ts';
import { DeviceLedger, type Taking } from './device-ledger.ts';
import type { PublishedDevice } from './device-pools.ts';
import type { DeviceUsage } from './device-usage.ts';

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
  /** What other claims have of them. */
  readonly usage: DeviceUsage;
  /** How long the search may take, of a processor's time. @default for ever */
  readonly timeoutMs?: number;
}

/** The search took longer than it may: whether the node has what the claims need is not known. */
export class AllocationTimeout extends Error {}

/** A claim has so many devices at most. */
const MAX_RESULTS = 32;
/** A search that looks at more devices than this is given up: the claims are too entangled. */
const MAX_STEPS = 20_000;
/** The time is looked at after so many devices: each may take an expression's time to judge. */
const STEPS_PER_LOOK = 16;

const TIMED_OUT = 'timed out trying to allocate devices';

/**
 * The allocation of each claim, in their order; undefined when the node has not what they need.
 * @throws {AllocationTimeout} when time is up
 */
export function allocateDevices(options: AllocateOptions): readonly AllocationResult[] | undefined {
  const search = new Search(options);
  if (!search.run()) return undefined;
  return options.claims.map((open, index) => search.resultOf(open, index));
}

interface Choice extends ChosenDevice {
  readonly option: RequestOption;
  readonly taking: Taking;
}

class Search {
  readonly #options: AllocateOptions;
  readonly #chosen: Choice[][];
  readonly #ledger: DeviceLedger;
  readonly #deadlineMs: number;
  #steps = 0;

  constructor(options: AllocateOptions) {
    this.#options = options;
    this.#deadlineMs = performance.now() + (options.timeoutMs ?? Number.POSITIVE_INFINITY);
    this.#chosen = options.claims.map(() => []);
    this.#ledger = new DeviceLedger(options.usage);
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
    for (let index = from; index < devices.length; index++) {
      if (this.#isExhausted()) return false;
      const device = devices[index] as PublishedDevice;
      if (!option.selects(device) || !this.#choose(claim, option, device)) continue;
      // There may be more to have of a device that is shared.
      const further = device.device.allowMultipleAllocations ? index : index + 1;
      if (this.#take({ ...wish, left: left - 1, from: further })) return true;
      this.#putBack(claim);
    }
    return false;
  }

  #isExhausted(): boolean {
    const isLook = this.#steps++ % STEPS_PER_LOOK === 0;
    if (isLook && performance.now() > this.#deadlineMs) throw new AllocationTimeout(TIMED_OUT);
    return this.#steps > MAX_STEPS;
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
    if (chosen.length === MAX_RESULTS || !option.tolerates(device)) return false;
    const next = { request: option.name, option, device };
    const constraints = this.#options.claims[claim]?.claim.spec.devices?.constraints ?? [];
    if (!constraints.every((constraint) => agrees(constraint, chosen, next))) return false;
    const taking = this.#ledger.take(device, option);
    if (taking) chosen.push({ ...next, taking });
    return taking !== undefined;
  }

  #putBack(claim: number): void {
    const last = this.#chosen[claim]?.pop();
    if (last) this.#ledger.putBack(last.taking);
  }

  resultOf({ claim }: OpenClaim, index: number): AllocationResult {
    const chosen = this.#chosen[index] ?? [];
    const config = configurationOf(claim, chosen);
    const nodeSelector = nodeSelectorOf(this.#options.node, chosen);
    return {
      devices: {
        results: chosen.map(toResult),
        ...(config.length > 0 ? { config } : {}),
      },
      ...(nodeSelector ? { nodeSelector } : {}),
    };
  }
}

function toResult({ request, option, device: published, taking }: Choice) {
  const { driver, pool, device } = published;
  const { bindingConditions, bindingFailureConditions } = device;
  return {
    request,
    driver,
    pool,
    device: device.name,
    ...(option.isAdmin ? { adminAccess: true } : {}),
    ...(option.tolerations.length > 0 ? { tolerations: [...option.tolerations] } : {}),
    ...(bindingConditions ? { bindingConditions } : {}),
    ...(bindingFailureConditions ? { bindingFailureConditions } : {}),
    ...(taking.consumed
      ? { shareID: randomUUID(), consumedCapacity: writtenAmounts(device, taking.consumed) }
      : {}),
  };
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
  const isOfNode = places.some(({ nodeName }) => nodeName);
  if (isOfNode || chosen.some(({ device }) => device.device.bindsToNode)) {
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
