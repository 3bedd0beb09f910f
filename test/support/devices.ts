import type {
  Device,
  DeviceClaim,
  DeviceClass,
  DeviceRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceSlice,
  ResourceSliceSpec,
} from '../../src/scheme/generated/types/resource-v1.ts';

export const DRIVER = 'gpu.example.com';

export function slice(
  nodeName: string,
  devices: readonly Device[],
  spec: Partial<ResourceSliceSpec> = {},
) {
  const pool = { name: nodeName, generation: 1, resourceSliceCount: 1 };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: `${nodeName}-${spec.pool?.generation ?? 1}-${devices[0]?.name}` },
    spec: { driver: DRIVER, nodeName, pool, devices: [...devices], ...spec },
  } satisfies ResourceSlice;
}

export const gpu = (name: string, model: string, more: Partial<Device> = {}): Device => ({
  name,
  attributes: {
    model: { string: model },
    driverVersion: { version: '1.2.0' },
    cores: { int: 8 },
    'other.example.com/numa': { int: Number(name.slice(-1)) % 2 },
  },
  capacity: { memory: { value: '40Gi' } },
  ...more,
});

export const GPU: DeviceClass = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  metadata: { name: 'gpu' },
  spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
};

export function claimOf(devices: DeviceClaim, status?: ResourceClaim['status']): ResourceClaim {
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { namespace: 'default', name: 'mine', uid: 'claim-1' },
    spec: { devices },
    ...(status ? { status } : {}),
  };
}

export const asking = (exactly: Partial<ExactDeviceRequest> = {}, name = 'one'): DeviceRequest => ({
  name,
  exactly: { deviceClassName: 'gpu', ...exactly },
});

export const selecting = (expression: string): Partial<ExactDeviceRequest> => ({
  selectors: [{ cel: { expression } }],
});

export const MIXED = [gpu('gpu-0', 'a100'), gpu('gpu-1', 'a100'), gpu('gpu-2', 't4')];
