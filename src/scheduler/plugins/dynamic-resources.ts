import type { ApiClient } from '../../apiserver/client.ts';
import { type Clock, toRfc3339 } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { ActionNote, ActionRecorder } from '../../machinery/event-recorder.ts';
import { deviceClaimNames } from '../../scheme/device-claims.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { AllocationResult, ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { compileNodeSelector } from '../../scheme/node-selector.ts';

import type { ClusterCache } from '../cluster-cache.ts';
import { allocateDevices, type OpenClaim } from '../devices/allocate-devices.ts';
import { devicesToReady, untilDevicesReady } from '../devices/await-binding.ts';
import type { DeviceState } from '../devices/device-state.ts';
import {
  extendedClaimOf,
  extendedRequestsOf,
  isToBeMade,
  storeExtendedClaim,
} from '../devices/extended-resources.ts';
import {
  claimsToCome,
  deviceClaimsOf,
  isReservedFor,
  type PodDeviceClaims,
  toOpenClaim,
  wantsDevices,
} from '../devices/pod-device-claims.ts';
import { isOfPodAlone, releaseClaim } from '../devices/release-claim.ts';
import { storeAllocation } from '../devices/store-allocation.ts';
import type { NodeVerdicts, Plugin, PostFilterResult, Refusal } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';
import { ACTION_SCHEDULING } from '../report.ts';

const NAME = 'DynamicResources';
export const REASON_CANNOT_ALLOCATE = 'cannot allocate all claims';
const REASON_BINDING_PENDING = 'BindingConditionsPending';
export const REASON_NOT_AVAILABLE = 'resourceclaim not available on the node';

const CANNOT_ALLOCATE: Refusal = { reasons: [REASON_CANNOT_ALLOCATE], isUnresolvable: true };
const NOT_AVAILABLE: Refusal = { reasons: [REASON_NOT_AVAILABLE], isUnresolvable: true };

const NO_CLAIMS: PostFilterResult = { message: 'no new claims to deallocate' };
const NOTHING_HELPS: PostFilterResult = { message: 'still not schedulable' };

/** A request has so many at most. */
const MAX_ALTERNATIVES = 8;
const DEFAULT_BINDING_TIMEOUT_MS = 600_000;
const DEFAULT_FILTER_TIMEOUT_MS = 10_000;

export interface DynamicResourcesOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly cache: ClusterCache;
  readonly devices: DeviceState;
  readonly events: ActionRecorder;
  /** How long drivers may take to make devices ready. @default ten minutes */
  readonly bindingTimeoutMs?: number;
  /** How long the search for devices of one node may take; 0 is for ever. @default 10_000 */
  readonly filterTimeoutMs?: number;
}

/** What is stored for a reserved pod before it is bound. */
interface ReservedClaim {
  /** One for extended resources is made only when it is stored. */
  claim: ResourceClaim;
  /** Undefined where the claim had its devices before. */
  readonly allocation: AllocationResult | undefined;
  isStored: boolean;
}

/**
 * A pod with claims for devices goes where the devices of its claims are, or where free ones meet those that have none yet:
 * they are chosen with the node, and stored with the reservation of the claims before the pod is bound.
 */
export function createDynamicResources(options: DynamicResourcesOptions): Plugin {
  const { cache, client, clock, devices: state, events } = options;
  const { bindingTimeoutMs: timeoutMs = DEFAULT_BINDING_TIMEOUT_MS } = options;
  const { filterTimeoutMs = DEFAULT_FILTER_TIMEOUT_MS } = options;
  const searchMs = filterTimeoutMs > 0 ? filterTimeoutMs : Number.POSITIVE_INFINITY;
  /** By uid of the pod. */
  const reserved = new Map<string, readonly ReservedClaim[]>();
  return {
    name: NAME,
    preEnqueue: claimsToCome,
    sign: (info) => wantsDevices(info, state) && [info.uid, state.version],
    preFilter(info) {
      const { pod } = info;
      if (!wantsDevices(info, state)) return undefined;
      const claims = deviceClaimsOf(pod, state);
      if ('refusal' in claims) return { refusal: claims.refusal };
      const isReachable = reachOf(claims, state);
      return {
        filter: ({ node }) =>
          node ? judge(pod, node, { claims, state, isReachable, timeoutMs: searchMs }) : undefined,
      };
    },
    preScore({ pod }) {
      const claims = pod.spec?.resourceClaims?.length ? deviceClaimsOf(pod, state) : undefined;
      if (!claims || 'refusal' in claims || !claims.open.some(hasAlternatives)) return undefined;
      const { open } = claims;
      return { score: ({ node }) => (node ? rank(open, node, state) : 0), normalize: 'max' };
    },
    reserve(info, nodeName) {
      const { pod, uid } = info;
      const node = cache.node(nodeName)?.node;
      if (!node || !wantsDevices(info, state)) return;
      const own = reserve(pod, node, options);
      reserved.set(uid, own);
      for (const { claim, allocation } of own) if (allocation) state.promise(claim, allocation);
    },
    unreserve({ uid }) {
      // What is stored stays with the claim: the pod finds it there when it is tried again.
      for (const { claim, isStored } of reserved.get(uid) ?? [])
        if (!isStored) state.release(claim);
      reserved.delete(uid);
    },
    postFilter: ({ pod }, verdicts) => releaseDevices(pod, verdicts, options),
    preBind({ pod, uid }, nodeName) {
      const own = reserved.get(uid) ?? [];
      const open = own.filter(({ claim }) => !isReservedFor(claim, pod));
      const stored = open.length > 0 ? storeAll(open, pod, options) : undefined;
      const waiting = own.filter(needsReadying);
      if (waiting.length === 0) return stored;
      const claims = () => waiting.map(({ claim }) => claim);
      const wait = () => {
        events.record(pod, bindingPending(nodeName));
        const isPodGone = () => cache.node(nodeName)?.pod(uid) === undefined;
        return untilDevicesReady(claims(), { state, clock, timeoutMs, isPodGone });
      };
      return readied(stored, wait, () => releaseAll(client, claims(), pod));
    },
    postBind({ uid }) {
      reserved.delete(uid);
    },
    helpedBy: ['node-added', 'node-updated', 'devices-changed', 'device-claim-changed'],
    couldHelp(event, { pod }) {
      if (event.type === 'node-updated') return labelsChanged(event);
      if (event.type !== 'device-claim-changed') return true;
      const { namespace, name = '' } = event.claim.metadata;
      const isOwn = namespace === pod.metadata.namespace && deviceClaimNames(pod).includes(name);
      return isOwn || event.frees;
    },
  };
}

function bindingPending(nodeName: string): ActionNote {
  return {
    type: 'Normal',
    reason: REASON_BINDING_PENDING,
    action: ACTION_SCHEDULING,
    message: `waiting for binding conditions for device on node ${nodeName}`,
  };
}

function needsReadying({ claim, allocation = claim.status?.allocation }: ReservedClaim): boolean {
  return devicesToReady(allocation?.devices ?? {}).length > 0;
}

/** Devices that are not made ready are given back: others may serve the pod better. */
async function readied(
  stored: Promise<void> | undefined,
  wait: () => Promise<void>,
  giveBack: () => Promise<void>,
): Promise<void> {
  await stored;
  try {
    await wait();
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function releaseAll(client: ApiClient, claims: readonly ResourceClaim[], pod: Pod) {
  await Promise.all(claims.map((claim) => releaseClaim(client, claim, pod)));
}

/** Where the devices of a claim keep the pod off nodes, they are given back, for free ones elsewhere may do as well. */
function releaseDevices(
  pod: Pod,
  verdicts: NodeVerdicts,
  { client, devices: state }: DynamicResourcesOptions,
): PostFilterResult {
  const claims = deviceClaimsOf(pod, state);
  if ('refusal' in claims || hasNone(claims)) return NO_CLAIMS;
  const bound = claims.allocated.find(
    (claim) => claim.status?.allocation?.nodeSelector && isOfPodAlone(claim, pod),
  );
  if (!bound) return NOTHING_HELPS;
  for (const [, rejection] of verdicts.verdictsOf(undefined)) {
    if (rejection?.reasons[0] !== REASON_NOT_AVAILABLE) continue;
    const message = 'deallocation of ResourceClaim completed';
    return { message, act: () => releaseClaim(client, bound, pod) };
  }
  return NOTHING_HELPS;
}

function hasNone({ allocated, open, extended }: PodDeviceClaims): boolean {
  return allocated.length + open.length + extended.length === 0;
}

type NodeTest = (node: Node) => boolean;

/** Whether the devices that the claims have can be used from a node. */
function reachOf({ allocated }: PodDeviceClaims, state: DeviceState): NodeTest {
  const selectors = allocated.flatMap((claim) => state.allocationOf(claim)?.nodeSelector ?? []);
  const matchers = selectors.map(compileNodeSelector);
  return (node) => matchers.every((matches) => matches(node));
}

interface Judgement {
  readonly claims: PodDeviceClaims;
  readonly state: DeviceState;
  readonly isReachable: NodeTest;
  readonly timeoutMs: number;
}

function judge(
  pod: Pod,
  node: Node,
  { claims, state, isReachable, timeoutMs }: Judgement,
): Refusal | undefined {
  if (!isReachable(node)) return NOT_AVAILABLE;
  try {
    const wanted = openOn(pod, claims, node, state);
    if (wanted.length === 0) return undefined;
    return allocate(wanted, node, state, timeoutMs) ? undefined : CANNOT_ALLOCATE;
  } catch (thrown) {
    // A search that takes too long, or a selector that fails on a device of this node, says nothing of the others.
    return { reasons: [toError(thrown).message], isUnresolvable: true };
  }
}

function allocate(
  open: PodDeviceClaims['open'],
  node: Node,
  state: DeviceState,
  timeoutMs = Number.POSITIVE_INFINITY,
) {
  const devices = state.pools.on(node);
  return allocateDevices({ claims: open, node, devices, usage: state.usage, timeoutMs });
}

function hasAlternatives({ requests }: OpenClaim): boolean {
  return requests.some(({ options }) => options.length > 1);
}

/** How early in their lists the alternatives are that the node has devices for. */
function rank(open: PodDeviceClaims['open'], node: Node, state: DeviceState): number {
  const allocations = allocate(open, node, state) ?? [];
  return open.reduce((sum, { requests }, index) => {
    const results = allocations[index]?.devices?.results ?? [];
    const chosen = new Set(results.map(({ request }) => request));
    const ranks = requests
      .filter(({ options }) => options.length > 1)
      .map(({ options }) => MAX_ALTERNATIVES - options.findIndex(({ name }) => chosen.has(name)));
    return ranks.reduce((total, one) => total + one, sum);
  }, 0);
}

/** @throws {Error} when the node has not what the pod needs any more */
function reserve(
  pod: Pod,
  node: Node,
  { clock, devices: state }: DynamicResourcesOptions,
): readonly ReservedClaim[] {
  const claims = deviceClaimsOf(pod, state);
  if ('refusal' in claims) throw new Error(claims.refusal);
  const open = openOn(pod, claims, node, state);
  const allocations = allocate(open, node, state);
  if (!allocations) throw new Error(REASON_CANNOT_ALLOCATE);
  return [
    ...claims.allocated.map((claim) => ({ claim, allocation: undefined, isStored: false })),
    ...open.map(({ claim }, index) => ({
      claim,
      allocation: timed(allocations[index], clock),
      isStored: false,
    })),
  ];
}

/** Whoever makes devices ready may want to know since when. */
function timed(allocation: AllocationResult | undefined, clock: Clock) {
  if (!allocation || devicesToReady(allocation.devices ?? {}).length === 0) return allocation;
  return { ...allocation, allocationTimestamp: toRfc3339(clock.now()) };
}

/** The claims that are to get devices if the pod goes to the node. */
function openOn(
  pod: Pod,
  { open, extended }: PodDeviceClaims,
  node: Node,
  state: DeviceState,
): readonly OpenClaim[] {
  const claim = extendedClaimOf(pod, extended, node);
  return claim ? [...open, toOpenClaim(claim, state)] : open;
}

async function storeAll(
  claims: readonly ReservedClaim[],
  pod: Pod,
  options: DynamicResourcesOptions,
): Promise<void> {
  const { client } = options;
  for (const one of claims) {
    if (isToBeMade(one.claim)) await makeClaim(one, pod, options);
    await storeAllocation(client, one.claim, { pod, allocation: one.allocation });
    one.isStored = true;
  }
}

/** The devices change hands: from the claim that was thought of to the one that is made. */
async function makeClaim(
  reserved: ReservedClaim,
  pod: Pod,
  { client, devices: state }: DynamicResourcesOptions,
): Promise<void> {
  const { allocation, claim: planned } = reserved;
  const requests = extendedRequestsOf(pod, state.classesByResource);
  reserved.claim = await storeExtendedClaim(client, planned, { pod, requests });
  if (allocation) state.promise(reserved.claim, allocation);
  state.release(planned);
}
