import type { ApiClient } from '../../apiserver/client.ts';
import { toError } from '../../lib/errors.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { AllocationResult, ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';
import { compileNodeSelector } from '../../scheme/node-selector.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { allocateDevices } from '../devices/allocate-devices.ts';
import type { DeviceState } from '../devices/device-state.ts';
import {
  claimsToCome,
  deviceClaimNames,
  deviceClaimsOf,
  isReservedFor,
  type PodDeviceClaims,
} from '../devices/pod-device-claims.ts';
import { storeAllocation } from '../devices/store-allocation.ts';
import type { Plugin, Refusal } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';

export const REASON_CANNOT_ALLOCATE = 'cannot allocate all claims';
export const REASON_NOT_AVAILABLE = 'resourceclaim not available on the node';

const CANNOT_ALLOCATE: Refusal = { reasons: [REASON_CANNOT_ALLOCATE], isUnresolvable: true };
const NOT_AVAILABLE: Refusal = { reasons: [REASON_NOT_AVAILABLE], isUnresolvable: true };

export interface DynamicResourcesOptions {
  readonly client: ApiClient;
  readonly cache: ClusterCache;
  readonly devices: DeviceState;
}

/** What is stored for a reserved pod before it is bound. */
interface ReservedClaim {
  readonly claim: ResourceClaim;
  /** Undefined where the claim had its devices before. */
  readonly allocation: AllocationResult | undefined;
  isStored: boolean;
}

/**
 * A pod with claims for devices goes where the devices of its claims are, or where free ones meet those that have none yet:
 * they are chosen with the node, and stored with the reservation of the claims before the pod is bound.
 */
export function createDynamicResources(options: DynamicResourcesOptions): Plugin {
  const { cache, client, devices: state } = options;
  /** By uid of the pod. */
  const reserved = new Map<string, readonly ReservedClaim[]>();
  return {
    name: 'DynamicResources',
    preEnqueue: claimsToCome,
    sign: ({ pod, uid }) => Boolean(pod.spec?.resourceClaims?.length) && [uid, state.version],
    preFilter({ pod }) {
      if (!pod.spec?.resourceClaims?.length) return undefined;
      const claims = deviceClaimsOf(pod, state);
      if ('refusal' in claims) return { refusal: claims.refusal };
      const isReachable = reachOf(claims, state);
      return {
        filter: ({ node }) => (node ? judge(claims, node, { state, isReachable }) : undefined),
      };
    },
    reserve({ pod, uid }, nodeName) {
      const node = cache.node(nodeName)?.node;
      if (!node || !pod.spec?.resourceClaims?.length) return;
      const own = reserve(pod, node, state);
      reserved.set(uid, own);
      for (const { claim, allocation } of own) if (allocation) state.promise(claim, allocation);
    },
    unreserve({ uid }) {
      // What is stored stays with the claim: the pod finds it there when it is tried again.
      for (const { claim, isStored } of reserved.get(uid) ?? [])
        if (!isStored) state.release(claim);
      reserved.delete(uid);
    },
    preBind({ pod, uid }) {
      const own = reserved.get(uid)?.filter(({ claim }) => !isReservedFor(claim, pod)) ?? [];
      return own.length > 0 ? storeAll(client, pod, own) : undefined;
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

type NodeTest = (node: Node) => boolean;

/** Whether the devices that the claims have can be used from a node. */
function reachOf({ allocated }: PodDeviceClaims, state: DeviceState): NodeTest {
  const selectors = allocated.flatMap((claim) => state.allocationOf(claim)?.nodeSelector ?? []);
  const matchers = selectors.map(compileNodeSelector);
  return (node) => matchers.every((matches) => matches(node));
}

function judge(
  { open }: PodDeviceClaims,
  node: Node,
  { state, isReachable }: { readonly state: DeviceState; readonly isReachable: NodeTest },
): Refusal | undefined {
  if (!isReachable(node)) return NOT_AVAILABLE;
  if (open.length === 0) return undefined;
  try {
    return allocate(open, node, state) ? undefined : CANNOT_ALLOCATE;
  } catch (thrown) {
    // A selector that fails on a device of this node says nothing of the others.
    return { reasons: [toError(thrown).message], isUnresolvable: true };
  }
}

function allocate(open: PodDeviceClaims['open'], node: Node, state: DeviceState) {
  return allocateDevices({
    claims: open,
    node,
    devices: state.pools.on(node),
    isTaken: (id) => state.isTaken(id),
  });
}

/** @throws {Error} when the node has not what the pod needs any more */
function reserve(pod: Pod, node: Node, state: DeviceState): readonly ReservedClaim[] {
  const claims = deviceClaimsOf(pod, state);
  if ('refusal' in claims) throw new Error(claims.refusal);
  const allocations = allocate(claims.open, node, state);
  if (!allocations) throw new Error(REASON_CANNOT_ALLOCATE);
  return [
    ...claims.allocated.map((claim) => ({ claim, allocation: undefined, isStored: false })),
    ...claims.open.map(({ claim }, index) => ({
      claim,
      allocation: allocations[index],
      isStored: false,
    })),
  ];
}

async function storeAll(
  client: ApiClient,
  pod: Pod,
  claims: readonly ReservedClaim[],
): Promise<void> {
  for (const one of claims) {
    await storeAllocation(client, one.claim, { pod, allocation: one.allocation });
    one.isStored = true;
  }
}
