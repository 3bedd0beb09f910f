import type { Device, ResourceSlice } from '../generated/types/resource-v1.ts';
import type {
  Device as BetaDevice,
  ResourceSlice as BetaResourceSlice,
} from '../generated/types/resource-v1beta1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';

/** v1 has in the device itself what v1beta1 puts into `basic`. */
function toStoredDevice({ name, basic }: BetaDevice): Device {
  return { ...basic, name };
}

function fromStoredDevice({ name, ...basic }: Device): BetaDevice {
  return { name, basic };
}

export const RESOURCE_SLICE_CONVERSION: Conversion = {
  toStorage(object) {
    const { spec, ...slice } = object as BetaResourceSlice;
    const devices = spec?.devices?.map(toStoredDevice);
    return { ...slice, spec: { ...spec, ...(devices ? { devices } : {}) } } as ApiObject;
  },
  fromStorage(stored) {
    const { spec, ...slice } = stored as ResourceSlice;
    const devices = spec?.devices?.map(fromStoredDevice);
    return { ...slice, spec: { ...spec, ...(devices ? { devices } : {}) } } as ApiObject;
  },
};
