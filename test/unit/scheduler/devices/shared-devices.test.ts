import { describe, expect, test } from '@jest/globals';
import { allocateDevices } from '../../../../src/scheduler/devices/allocate-devices.ts';
import { requestsOf } from '../../../../src/scheduler/devices/claim-requests.ts';
import { consumptionOf } from '../../../../src/scheduler/devices/device-capacity.ts';
import { DevicePools } from '../../../../src/scheduler/devices/device-pools.ts';
import { DeviceUsage } from '../../../../src/scheduler/devices/device-usage.ts';
import type {
  AllocationResult,
  CapacityRequestPolicy,
  Device,
  DeviceClaim,
  ResourceSlice,
} from '../../../../src/scheme/generated/types/resource-v1.ts';
import { quantityOf } from '../../../../src/scheme/quantity.ts';
import { buildNode } from '../../../support/builders.ts';
import { asking, claimOf, DRIVER, GPU, gpu, slice } from '../../../support/devices.ts';

/** Claims that get devices of node `n1` one after the other. */
class Claims {
  readonly usage = new DeviceUsage();
  readonly #pools: DevicePools;

  constructor(...slices: readonly ResourceSlice[]) {
    this.#pools = new DevicePools(slices);
  }

  allocate(uid: string, devices: DeviceClaim): AllocationResult | undefined {
    const node = buildNode({ name: 'n1' });
    const claim = claimOf(devices);
    const requests = requestsOf(claim, () => GPU);
    const claims = [{ claim, requests }];
    const found = allocateDevices({
      claims,
      node,
      devices: this.#pools.on(node),
      usage: this.usage,
    });
    const results = found?.[0]?.devices?.results;
    if (results) this.usage.set(uid, results);
    return found?.[0];
  }

  /** The names of the devices that the claim gets. */
  take(uid: string, devices: DeviceClaim): string[] | undefined {
    return this.allocate(uid, devices)?.devices?.results?.map(({ device }) => device);
  }
}

describe('devices that are parts of one', () => {
  const part = (name: string, memory: string): Device => ({
    name,
    consumesCounters: [{ counterSet: 'card', counters: { memory: { value: memory } } }],
  });
  const pool = { name: 'n1', generation: 1, resourceSliceCount: 2 };
  const parts = slice(
    'n1',
    [part('half-0', '20Gi'), part('half-1', '20Gi'), part('whole', '40Gi')],
    { pool },
  );
  const { devices: _, ...spec } = slice('n1', [], { pool }).spec;
  const counters: ResourceSlice = {
    ...slice('n1', [], { pool }),
    spec: { ...spec, sharedCounters: [{ name: 'card', counters: { memory: { value: '40Gi' } } }] },
  };

  test('are had while what they draw from together is left', () => {
    const claims = new Claims(parts, counters);
    expect(claims.take('a', { requests: [asking()] })).toEqual(['half-0']);
    expect(claims.take('b', { requests: [asking()] })).toEqual(['half-1']);
    expect(claims.take('c', { requests: [asking()] })).toBeUndefined();
    claims.usage.set('a', []);
    expect(claims.take('c', { requests: [asking()] })).toEqual(['half-0']);
  });

  test('are chosen within one claim so that they are enough', () => {
    const claims = new Claims(parts, counters);
    expect(claims.take('a', { requests: [asking({ count: 2 })] })).toEqual(['half-0', 'half-1']);
    claims.usage.set('a', []);
    expect(claims.take('a', { requests: [asking({ count: 3 })] })).toBeUndefined();
    expect(claims.take('b', { requests: [asking({ allocationMode: 'All' })] })).toBeUndefined();
  });

  test('are not had while the slice with the counters is still to come', () => {
    expect(new Claims(parts).take('a', { requests: [asking()] })).toBeUndefined();
  });

  test('are watched without drawing', () => {
    const claims = new Claims(parts, counters);
    claims.take('a', { requests: [asking({ count: 2 })] });
    expect(claims.take('b', { requests: [asking({ adminAccess: true })] })).toEqual(['half-0']);
  });
});

describe('a device that several claims have at once', () => {
  const shared = (requestPolicy?: CapacityRequestPolicy) =>
    gpu('gpu-0', 'a100', {
      allowMultipleAllocations: true,
      capacity: { memory: { value: '40Gi', ...(requestPolicy ? { requestPolicy } : {}) } },
    });
  const wanting = (memory: string, count = 1): DeviceClaim => ({
    requests: [asking({ count, capacity: { requests: { memory } } })],
  });

  test('is shared until its capacity is used up, and again when a share comes back', () => {
    const claims = new Claims(slice('n1', [shared()]));
    expect(claims.take('a', wanting('30Gi'))).toEqual(['gpu-0']);
    expect(claims.take('b', wanting('20Gi'))).toBeUndefined();
    expect(claims.take('b', wanting('10Gi'))).toEqual(['gpu-0']);
    expect(claims.take('c', wanting('1Gi'))).toBeUndefined();
    claims.usage.set('a', []);
    expect(claims.take('c', wanting('30Gi'))).toEqual(['gpu-0']);
  });

  test('says in the result what a claim has of it, and by which share', () => {
    const claims = new Claims(slice('n1', [shared()]));
    const [result] = claims.allocate('a', wanting('10240Mi'))?.devices?.results ?? [];
    expect(result).toMatchObject({
      consumedCapacity: { memory: '10Gi' },
      shareID: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('serves one claim several times, unless its devices are to differ', () => {
    const claims = new Claims(slice('n1', [shared()]));
    expect(claims.take('a', wanting('10Gi', 3))).toEqual(['gpu-0', 'gpu-0', 'gpu-0']);
    const distinct = { constraints: [{ distinctAttribute: `${DRIVER}/model` }] };
    expect(
      new Claims(slice('n1', [shared()])).take('a', { ...wanting('1Gi', 2), ...distinct }),
    ).toBeUndefined();
  });

  test('is taken whole by who asks for no amount', () => {
    const claims = new Claims(slice('n1', [shared()]));
    expect(claims.take('a', { requests: [asking()] })).toEqual(['gpu-0']);
    expect(claims.take('b', wanting('1'))).toBeUndefined();
  });

  test('is passed over where the request is more than it has, shared or not', () => {
    const small = gpu('gpu-0', 'a100', { capacity: { memory: { value: '10Gi' } } });
    const claims = new Claims(slice('n1', [small, gpu('gpu-1', 'a100')]));
    expect(claims.take('a', wanting('20Gi'))).toEqual(['gpu-1']);
  });
});

describe('what a request takes of a capacity', () => {
  const range = { min: '2Gi', step: '4Gi', max: '10Gi' };
  test.each<[string, CapacityRequestPolicy | undefined, string | undefined, string | undefined]>([
    ['what it says', undefined, '3Gi', '3Gi'],
    ['all when it says nothing', undefined, undefined, '40Gi'],
    ['the default when it says nothing', { default: '4Gi' }, undefined, '4Gi'],
    ['more than there is', undefined, '41Gi', undefined],
    ['the next valid value', { default: '4Gi', validValues: ['4Gi', '8Gi'] }, '5Gi', '8Gi'],
    [
      'more than any valid value',
      { default: '4Gi', validValues: ['4Gi', '8Gi'] },
      '9Gi',
      undefined,
    ],
    ['at least the least', { default: '2Gi', validRange: range }, '1', '2Gi'],
    ['whole steps above the least', { default: '2Gi', validRange: range }, '3Gi', '6Gi'],
    ['a step exactly', { default: '2Gi', validRange: range }, '6Gi', '6Gi'],
    ['more than the most', { default: '2Gi', validRange: range }, '11Gi', undefined],
    [
      'any amount of a range without steps',
      { default: '2Gi', validRange: { min: '2Gi' } },
      '3Gi',
      '3Gi',
    ],
  ])('is %s', (_, requestPolicy, wanted, expected) => {
    const memory = { value: '40Gi', ...(requestPolicy ? { requestPolicy } : {}) };
    const requests: Record<string, string> = wanted ? { [`${DRIVER}/memory`]: wanted } : {};
    const amounts = consumptionOf(DRIVER, { name: 'gpu-0', capacity: { memory } }, requests);
    expect(amounts?.memory).toBe(expected && quantityOf(expected).nano);
  });

  test('is nothing that can be had where the device does not have it', () => {
    expect(consumptionOf(DRIVER, { name: 'gpu-0' }, { memory: '1' })).toBeUndefined();
  });
});
