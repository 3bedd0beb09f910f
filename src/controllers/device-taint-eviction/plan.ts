/** When the Pods of a claim for tainted devices must go. Pure. */
import type {
  Device,
  DeviceRequestAllocationResult,
  DeviceTaint,
  ResourceClaim,
  ResourceSlice,
} from '../../scheme/generated/types/resource-v1.ts';
import { TAINT_NO_EXECUTE, tolerates } from '../../scheme/taints.ts';

/** The pool that a slice is a part of, or that a device was taken from. */
export const poolKey = (driver: string, pool: string): string => `${driver}/${pool}`;

const deviceKey = ({ device, driver, pool }: DeviceRequestAllocationResult): string =>
  `${poolKey(driver, pool)}/${device}`;

export function devicesOf({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] {
  return status?.allocation?.devices?.results ?? [];
}

/** The taints of a device by what its pool says now: slices of older generations do not count. */
export function noExecuteTaints(
  slices: readonly ResourceSlice[],
  device: string,
): readonly DeviceTaint[] {
  const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
  return slices
    .filter(({ spec }) => spec.pool.generation === newest)
    .flatMap(({ spec }) => spec.devices ?? [])
    .filter(({ name }) => name === device)
    .flatMap(({ taints = [] }) => taints)
    .filter(({ effect }) => effect === TAINT_NO_EXECUTE);
}

/** The devices of a slice that have such taints. */
export function taintedDevices({
  spec,
}: ResourceSlice): readonly Pick<Device, 'name' | 'taints'>[] {
  return (spec.devices ?? []).flatMap(({ name, taints = [] }) => {
    const effective = taints.filter(({ effect }) => effect === TAINT_NO_EXECUTE);
    return effective.length === 0 ? [] : [{ name, taints: effective }];
  });
}

export interface DueTimeInput {
  /** The slices of the pool that a device was taken from. */
  readonly slicesOf: (result: DeviceRequestAllocationResult) => readonly ResourceSlice[];
  /** When a taint that does not say so itself was first seen here. */
  readonly seenMs: (taintId: string) => number;
}

/** When the claim's Pods must go: in the past for a taint that is not tolerated at all; undefined for never. */
export function dueTimeMs(claim: ResourceClaim, input: DueTimeInput): number | undefined {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const result of devicesOf(claim)) {
    for (const taint of noExecuteTaints(input.slicesOf(result), result.device)) {
      dueMs = Math.min(dueMs, toleratedUntilMs(result, taint, input));
    }
  }
  return dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs;
}

function toleratedUntilMs(
  result: DeviceRequestAllocationResult,
  taint: DeviceTaint,
  { seenMs }: DueTimeInput,
): number {
  const tolerations = (result.tolerations ?? []).filter((one) => tolerates(one, taint));
  if (tolerations.length === 0) return Number.NEGATIVE_INFINITY;
  const seconds = tolerations.map((one) => one.tolerationSeconds ?? Number.POSITIVE_INFINITY);
  const id = `${deviceKey(result)} ${taint.key}=${taint.value ?? ''}`;
  const taintedMs = taint.timeAdded ? Date.parse(taint.timeAdded) : seenMs(id);
  return taintedMs + Math.max(0, Math.min(...seconds)) * 1_000;
}
