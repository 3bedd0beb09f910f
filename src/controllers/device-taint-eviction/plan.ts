/** When the Pods of a claim for tainted devices must go. Pure. */
import { ruleSelects, taintsByRules } from '../../scheme/device-taint-rules.ts';
import type {
  Device,
  DeviceRequestAllocationResult,
  DeviceTaint,
  ResourceClaim,
  ResourceSlice,
} from '../../scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../scheme/generated/types/resource-v1beta2.ts';
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
  return newestSlices(slices)
    .flatMap(({ spec }) => spec.devices ?? [])
    .filter(({ name }) => name === device)
    .flatMap(({ taints = [] }) => taints)
    .filter(({ effect }) => effect === TAINT_NO_EXECUTE);
}

/** The slices of each pool's newest generation. */
function newestSlices(slices: readonly ResourceSlice[]): readonly ResourceSlice[] {
  const newest = new Map<string, number>();
  const keyOf = ({ spec }: ResourceSlice): string => poolKey(spec.driver, spec.pool.name);
  for (const slice of slices) {
    const known = newest.get(keyOf(slice)) ?? 0;
    newest.set(keyOf(slice), Math.max(known, slice.spec.pool.generation));
  }
  return slices.filter((slice) => slice.spec.pool.generation === newest.get(keyOf(slice)));
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
  /** All that there are, whatever their effect. @default none */
  readonly rules?: readonly DeviceTaintRule[];
  /** When a taint that does not say so itself was first seen here. */
  readonly seenMs: (taintId: string) => number;
}

/** When the claim's Pods must go: in the past for a taint that is not tolerated at all; undefined for never. */
export function dueTimeMs(claim: ResourceClaim, input: DueTimeInput): number | undefined {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const result of devicesOf(claim)) {
    for (const taint of effectiveTaints(result, input)) {
      dueMs = Math.min(dueMs, toleratedUntilMs(result, taint, input));
    }
  }
  return dueMs === Number.POSITIVE_INFINITY ? undefined : dueMs;
}

function effectiveTaints(
  result: DeviceRequestAllocationResult,
  { rules = [], slicesOf }: DueTimeInput,
): readonly DeviceTaint[] {
  const published = noExecuteTaints(slicesOf(result), result.device);
  const added = taintsByRules(rules, result);
  return [...published, ...added.filter(({ effect }) => effect === TAINT_NO_EXECUTE)];
}

/** Whether the claim's Pods go by the rule, now or later; of one without that effect, whether they would. */
export function isEvictedBy(rule: DeviceTaintRule, claim: ResourceClaim): boolean {
  const taint = { ...rule.spec.taint, effect: TAINT_NO_EXECUTE } as const;
  const effective = { ...rule, spec: { ...rule.spec, taint } };
  return (
    dueTimeMs(claim, { slicesOf: () => [], rules: [effective], seenMs: () => 0 }) !== undefined
  );
}

/** How many devices the rule selects of those that drivers publish now. */
export function countPublished(rule: DeviceTaintRule, slices: readonly ResourceSlice[]): number {
  return newestSlices(slices)
    .flatMap(({ spec }) =>
      (spec.devices ?? []).map(({ name }) => ({
        driver: spec.driver,
        pool: spec.pool.name,
        device: name,
      })),
    )
    .filter((device) => ruleSelects(rule, device)).length;
}

/** How many devices the rule selects of those that claims have. */
export function countAllocated(rule: DeviceTaintRule, claims: Iterable<ResourceClaim>): number {
  let count = 0;
  for (const claim of claims) {
    count += devicesOf(claim).filter((result) => ruleSelects(rule, result)).length;
  }
  return count;
}

/** Whether the rule selects a device of the claim. */
export function concerns(rule: DeviceTaintRule, claim: ResourceClaim): boolean {
  return devicesOf(claim).some((result) => ruleSelects(rule, result));
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
