import { compileDeviceExpression, selectsDevice } from '../../scheme/cel/device-expression.ts';
import type {
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceTaint,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
} from '../../scheme/generated/types/resource-v1.ts';
import { tolerates } from '../../scheme/taints.ts';
import { consumptionOf } from './device-capacity.ts';
import type { PublishedDevice } from './device-pools.ts';

/** One way to meet a request. */
export interface RequestOption {
  /** As results name it: of an alternative `request/alternative`. */
  readonly name: string;
  /** How many devices; `all` that there are. */
  readonly count: number | 'all';
  /** How much is wanted of a device's capacities, as quantities. */
  readonly capacity: Readonly<Record<string, string>>;
  /** Watches devices that others use. */
  readonly isAdmin: boolean;
  readonly tolerations: readonly DeviceToleration[];
  readonly deviceClass: DeviceClass;
  /** Whether a device is what is asked for. @throws {Error} when a selector fails on it */
  readonly selects: (device: PublishedDevice) => boolean;
  /** Whether it may be had in spite of its taints. Who asks for all devices gets none where it may not. */
  readonly tolerates: (device: PublishedDevice) => boolean;
}

/** A request of a claim: its alternatives, best first. */
export interface ClaimRequest {
  readonly name: string;
  readonly options: readonly RequestOption[];
}

export type ClassOf = (name: string) => DeviceClass | undefined;

/** The requests of a claim, ready for devices. @throws {UnmetRequest} when no node can meet one */
export function requestsOf({ spec }: ResourceClaim, classOf: ClassOf): readonly ClaimRequest[] {
  return (spec.devices?.requests ?? []).map((request) => ({
    name: request.name,
    options: optionsOf(request, classOf),
  }));
}

/** A request that no node can meet as things are. */
export class UnmetRequest extends Error {
  override readonly name = 'UnmetRequest';
}

function optionsOf(
  { name, exactly, firstAvailable = [] }: DeviceRequest,
  classOf: ClassOf,
): readonly RequestOption[] {
  if (exactly) return [toOption(name, exactly, classOf)];
  if (firstAvailable.length === 0)
    throw new UnmetRequest(`request ${name}: unsupported request type`);
  return firstAvailable.map((one) => toOption(`${name}/${one.name}`, one, classOf));
}

function toOption(
  name: string,
  request: ExactDeviceRequest | DeviceSubRequest,
  classOf: ClassOf,
): RequestOption {
  const { deviceClassName, allocationMode, count = 1, selectors = [], tolerations = [] } = request;
  const deviceClass = classOf(deviceClassName);
  if (!deviceClass) {
    throw new UnmetRequest(`request ${name}: device class ${deviceClassName} does not exist`);
  }
  const capacity = request.capacity?.requests ?? {};
  const matchers = [...(deviceClass.spec.selectors ?? []), ...selectors].map(toMatcher);
  return {
    name,
    count: allocationMode === 'All' ? 'all' : count,
    capacity,
    isAdmin: 'adminAccess' in request && request.adminAccess === true,
    tolerations,
    deviceClass,
    selects: remembered(
      (device) =>
        isSupported(device) &&
        consumptionOf(device.driver, device.device, capacity) !== undefined &&
        matchers.every((matches) => matches(device)),
    ),
    tolerates: ({ device }) => isTolerated(device.taints, tolerations),
  };
}

/** A search comes back to a device many times, and asking it is dear. */
function remembered(selects: DeviceMatcher): DeviceMatcher {
  const known = new Map<PublishedDevice, boolean>();
  return (device) => {
    const answer = known.get(device) ?? selects(device);
    known.set(device, answer);
    return answer;
  };
}

type DeviceMatcher = (device: PublishedDevice) => boolean;

function toMatcher({ cel }: DeviceSelector, index: number): DeviceMatcher {
  if (!cel) throw new UnmetRequest(`selector #${index}: only CEL selectors are known`);
  const compilation = compileDeviceExpression(cel.expression);
  if ('error' in compilation) throw new UnmetRequest(`selector #${index}: ${compilation.error}`);
  return ({ driver, device }) => selectsDevice(compilation.expression, driver, device);
}

/** Devices that stand for a node's own resources (alpha in Kubernetes) are not allocated: nobody would count those. */
function isSupported({ device }: PublishedDevice): boolean {
  return !device.nodeAllocatableResourceMappings;
}

function isTolerated(
  taints: readonly DeviceTaint[] | undefined,
  tolerations: readonly DeviceToleration[],
): boolean {
  return (taints ?? []).every(
    (taint) => taint.effect === 'None' || tolerations.some((one) => tolerates(one, taint)),
  );
}
