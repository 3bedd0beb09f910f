import type { Clock } from '../../lib/clock.ts';
import { isConditionTrue } from '../../scheme/conditions.ts';
import type {
  AllocatedDeviceStatus,
  DeviceRequestAllocationResult,
  ResourceClaim,
} from '../../scheme/generated/types/resource-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { waitForClaim } from '../claim-waits.ts';
import type { DeviceState } from './device-state.ts';

/** The devices of an allocation that are to be made ready before their pod is bound. */
export function devicesToReady({
  results = [],
}: {
  readonly results?: readonly DeviceRequestAllocationResult[];
}): readonly DeviceRequestAllocationResult[] {
  return results.filter(({ bindingConditions }) => bindingConditions?.length);
}

export interface BindingWaitOptions {
  readonly state: DeviceState;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Whether the pod is gone meanwhile. */
  readonly isPodGone: () => boolean;
}

/** How often it is looked for a pod that is gone. */
const POLL_MS = 5_000;

/**
 * Resolves when the drivers say of every device of the claims that it is ready; rejects when one says that it failed, when
 * a claim or the pod is gone, and when time is up.
 */
export async function untilDevicesReady(
  claims: readonly ResourceClaim[],
  { state, clock, isPodGone, timeoutMs }: BindingWaitOptions,
): Promise<void> {
  const waits = claims.map((claim) =>
    waitForClaim({
      isOver: () => {
        if (isPodGone()) throw new Error('pod does not exist any more');
        return isReady(claim, state);
      },
      listen: (listener) => state.onClaim(keyOf(claim), listener),
      clock,
      timeoutMs,
      pollMs: POLL_MS,
      timeoutMessage: 'device binding timeout',
    }),
  );
  try {
    await Promise.all(waits.map(({ done }) => done));
  } finally {
    for (const { stop } of waits) stop();
  }
}

function isReady({ metadata }: ResourceClaim, state: DeviceState): boolean {
  const { namespace, name = '', uid } = metadata;
  const claim = state.claim(namespace, name);
  if (claim?.metadata.uid !== uid) throw new Error(`resourceclaim "${name}" is gone`);
  // The informer may not have heard of the allocation yet: it was stored just now.
  const { allocation, devices = [] } = claim?.status ?? {};
  if (!allocation) return false;
  return devicesToReady(allocation.devices ?? {}).every((result) => {
    const known = devices.find((each) => isOf(each, result));
    const { bindingFailureConditions: failures = [] } = result;
    const failure = known?.conditions?.find((one) => failures.includes(one.type) && isTrue(one));
    if (failure) {
      const { message, reason } = failure;
      const why = `reason=${reason}, message=${JSON.stringify(message)}`;
      throw new Error(`claim ${name} binding failed: ${why}`);
    }
    return result.bindingConditions?.every((type) => holds(known, type)) ?? true;
  });
}

function isOf(status: AllocatedDeviceStatus, result: DeviceRequestAllocationResult): boolean {
  const members = ['driver', 'pool', 'device', 'shareID'] as const;
  return members.every((member) => status[member] === result[member]);
}

function isTrue({ status }: { readonly status: string }): boolean {
  return status === 'True';
}

function holds(status: AllocatedDeviceStatus | undefined, type: string): boolean {
  return isConditionTrue(status?.conditions, type);
}
