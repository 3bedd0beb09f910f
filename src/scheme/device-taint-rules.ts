/** Taints that DeviceTaintRules add to those that drivers publish of their devices. Pure. */
import type { DeviceTaint } from './generated/types/resource-v1.ts';
import type { DeviceTaintRule } from './generated/types/resource-v1beta2.ts';

/** A device of the cluster by its names. */
export interface NamedDevice {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
}

/** Whether the rule taints the device: an empty selector selects every device, and none at all selects none. */
export function ruleSelects({ spec }: DeviceTaintRule, device: NamedDevice): boolean {
  if (!spec.deviceSelector) return false;
  const wanted: NamedDevice = { ...device, ...spec.deviceSelector };
  return (
    wanted.driver === device.driver &&
    wanted.pool === device.pool &&
    wanted.device === device.device
  );
}

/** The taints that the device has from rules. One that does not say since when is as old as its rule. */
export function taintsByRules(
  rules: Iterable<DeviceTaintRule>,
  device: NamedDevice,
): readonly DeviceTaint[] {
  const taints: DeviceTaint[] = [];
  for (const rule of rules) if (ruleSelects(rule, device)) taints.push(taintOf(rule));
  return taints;
}

function taintOf({ metadata, spec: { taint } }: DeviceTaintRule): DeviceTaint {
  const timeAdded = taint.timeAdded ?? metadata.creationTimestamp;
  return timeAdded === undefined ? taint : { ...taint, timeAdded };
}
