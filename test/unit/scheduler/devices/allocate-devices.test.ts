import { describe, expect, test } from '@jest/globals';
import { allocateDevices } from '../../../../src/scheduler/devices/allocate-devices.ts';
import { requestsOf } from '../../../../src/scheduler/devices/claim-requests.ts';
import { DevicePools } from '../../../../src/scheduler/devices/device-pools.ts';
import { DeviceUsage } from '../../../../src/scheduler/devices/device-usage.ts';
import type {
  Device,
  DeviceClaim,
  ResourceSlice,
} from '../../../../src/scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../../../src/scheme/generated/types/resource-v1beta2.ts';
import { buildNode } from '../../../support/builders.ts';
import {
  asking,
  claimOf,
  DRIVER,
  GPU,
  gpu,
  MIXED,
  selecting,
  slice,
} from '../../../support/devices.ts';

interface Situation {
  readonly devices?: readonly Device[];
  readonly slices?: readonly ResourceSlice[];
  readonly taken?: readonly string[];
  readonly rules?: readonly DeviceTaintRule[];
}

/** The names of the devices that the claim gets on node `n1`, or undefined. */
function allocated(
  claim: DeviceClaim,
  { devices = MIXED, slices, taken = [], rules = [] }: Situation = {},
) {
  const node = buildNode({ name: 'n1', labels: { rack: 'r1' } });
  const object = claimOf(claim);
  const requests = requestsOf(object, (name) => (name === 'gpu' ? GPU : undefined));
  const pools = new DevicePools(slices ?? [slice('n1', devices)], rules);
  const usage = new DeviceUsage();
  const results = taken.map((id) => {
    const [driver = '', pool = '', device = ''] = id.split('/');
    return { request: 'one', driver, pool, device };
  });
  usage.set('other', results);
  return allocateDevices({
    claims: [{ claim: object, requests }],
    node,
    devices: pools.on(node),
    usage,
  })?.[0];
}

const named = (allocation: ReturnType<typeof allocated>) =>
  allocation?.devices?.results?.map(({ request, device }) => `${request}:${device}`);

const constrained = (constraint: NonNullable<DeviceClaim['constraints']>[number], count = 2) => ({
  requests: [asking({ count })],
  constraints: [constraint],
});

/** Taints the first device. */
const ruleWith = (effect: 'NoSchedule' | 'NoExecute' | 'None'): DeviceTaintRule => ({
  apiVersion: 'resource.k8s.io/v1beta2',
  kind: 'DeviceTaintRule',
  metadata: { name: 'r' },
  spec: {
    deviceSelector: { driver: DRIVER, device: 'gpu-0' },
    taint: { key: 'broken', effect },
  },
});

const TAINTED = [gpu('gpu-0', 'a100', { taints: [{ key: 'broken', effect: 'NoSchedule' }] })];

describe('the devices of a claim', () => {
  test.each<[string, DeviceClaim, Situation, string[] | undefined]>([
    ['one device of the class', { requests: [asking()] }, {}, ['one:gpu-0']],
    ['so many devices', { requests: [asking({ count: 2 })] }, {}, ['one:gpu-0', 'one:gpu-1']],
    ['more than there are', { requests: [asking({ count: 4 })] }, {}, undefined],
    [
      'not one that another claim has',
      { requests: [asking()] },
      { taken: [`${DRIVER}/n1/gpu-0`] },
      ['one:gpu-1'],
    ],
    [
      'not one that a rule taints',
      { requests: [asking()] },
      { rules: [ruleWith('NoSchedule')] },
      ['one:gpu-1'],
    ],
    [
      'not one that a rule evicts from',
      { requests: [asking()] },
      { rules: [ruleWith('NoExecute')] },
      ['one:gpu-1'],
    ],
    [
      'one whose taint by a rule is tolerated',
      { requests: [asking({ tolerations: [{ key: 'broken', operator: 'Exists' }] })] },
      { rules: [ruleWith('NoSchedule')] },
      ['one:gpu-0'],
    ],
    [
      'one whose taint by a rule has no effect',
      { requests: [asking()] },
      { rules: [ruleWith('None')] },
      ['one:gpu-0'],
    ],
    [
      'a model',
      { requests: [asking(selecting(`device.attributes["${DRIVER}"].model == "t4"`))] },
      {},
      ['one:gpu-2'],
    ],
    [
      'a version at least',
      {
        requests: [
          asking(
            selecting(
              `device.attributes["${DRIVER}"].driverVersion.isGreaterThan(semver("1.1.0"))`,
            ),
          ),
        ],
      },
      {},
      ['one:gpu-0'],
    ],
    [
      'a version that is not there',
      {
        requests: [
          asking(
            selecting(
              `device.attributes["${DRIVER}"].driverVersion.isGreaterThan(semver("2.0.0"))`,
            ),
          ),
        ],
      },
      {},
      undefined,
    ],
    [
      'a number',
      { requests: [asking(selecting(`device.attributes["${DRIVER}"].cores >= 8`))] },
      {},
      ['one:gpu-0'],
    ],
    [
      'a capacity',
      {
        requests: [
          asking(selecting(`device.capacity["${DRIVER}"].memory.compareTo(quantity("41Gi")) >= 0`)),
        ],
      },
      {},
      undefined,
    ],
    [
      'an attribute of another domain',
      { requests: [asking(selecting('device.attributes["other.example.com"].numa == 1'))] },
      {},
      ['one:gpu-1'],
    ],
    [
      'what is asked for with has',
      { requests: [asking(selecting('has(device.attributes["no.example.com"].x)'))] },
      {},
      undefined,
    ],
    [
      'all that there are',
      { requests: [asking({ allocationMode: 'All' })] },
      {},
      ['one:gpu-0', 'one:gpu-1', 'one:gpu-2'],
    ],
    [
      'not all when one is taken',
      { requests: [asking({ allocationMode: 'All' })] },
      { taken: [`${DRIVER}/n1/gpu-1`] },
      undefined,
    ],
    [
      'all of no devices',
      { requests: [asking({ allocationMode: 'All' })] },
      { devices: [] },
      undefined,
    ],
    [
      'a taken one for an administrator',
      { requests: [asking({ adminAccess: true })] },
      { taken: [`${DRIVER}/n1/gpu-0`] },
      ['one:gpu-0'],
    ],
    [
      'two requests that share none',
      { requests: [asking({}, 'a'), asking({}, 'b')] },
      {},
      ['a:gpu-0', 'b:gpu-1'],
    ],
    [
      'the first request gives way to the second',
      {
        requests: [
          asking({}, 'any'),
          asking(selecting(`device.attributes["${DRIVER}"].model == "a100"`), 'big'),
        ],
      },
      { devices: [gpu('gpu-0', 'a100'), gpu('gpu-2', 't4')] },
      ['any:gpu-2', 'big:gpu-0'],
    ],
    [
      'equal attributes',
      constrained({ matchAttribute: 'other.example.com/numa' }),
      {},
      ['one:gpu-0', 'one:gpu-2'],
    ],
    [
      'equal attributes of the driver',
      constrained({ matchAttribute: `${DRIVER}/model` }),
      {},
      ['one:gpu-0', 'one:gpu-1'],
    ],
    [
      'equal attributes that so many have not',
      constrained({ matchAttribute: `${DRIVER}/model` }, 3),
      {},
      undefined,
    ],
    [
      'different attributes',
      constrained({ distinctAttribute: `${DRIVER}/model` }),
      {},
      ['one:gpu-0', 'one:gpu-2'],
    ],
    [
      'an attribute that devices lack',
      constrained({ matchAttribute: 'no.example.com/x' }),
      {},
      undefined,
    ],
    ['a tainted device', { requests: [asking()] }, { devices: TAINTED }, undefined],
    [
      'all devices, one of which is tainted',
      { requests: [asking({ allocationMode: 'All' })] },
      { devices: [...TAINTED, gpu('gpu-1', 'a100')] },
      undefined,
    ],
    [
      'a tainted device that is tolerated',
      { requests: [asking({ tolerations: [{ key: 'broken', operator: 'Exists' }] })] },
      { devices: TAINTED },
      ['one:gpu-0'],
    ],
    [
      'a device of another node',
      { requests: [asking()] },
      { slices: [slice('n2', MIXED)] },
      undefined,
    ],
    [
      'a device by the labels of the node',
      { requests: [asking()] },
      { slices: [rackSlice('r1')] },
      ['one:gpu-0'],
    ],
    [
      'a device of other labels',
      { requests: [asking()] },
      { slices: [rackSlice('r2')] },
      undefined,
    ],
    [
      'the newest generation of a pool',
      { requests: [asking()] },
      {
        slices: [
          slice('n1', [gpu('gpu-0', 'old')]),
          slice('n1', [gpu('gpu-7', 'new')], {
            pool: { name: 'n1', generation: 2, resourceSliceCount: 1 },
          }),
        ],
      },
      ['one:gpu-7'],
    ],
    [
      'all of a pool that is incomplete',
      { requests: [asking({ allocationMode: 'All' })] },
      {
        slices: [
          slice('n1', MIXED, { pool: { name: 'n1', generation: 1, resourceSliceCount: 2 } }),
        ],
      },
      undefined,
    ],
    [
      'the first alternative that there is',
      {
        requests: [
          {
            name: 'one',
            firstAvailable: [
              {
                name: 'h100',
                deviceClassName: 'gpu',
                ...selecting(`device.attributes["${DRIVER}"].model == "h100"`),
              },
              { name: 'any', deviceClassName: 'gpu', count: 2 },
            ],
          },
        ],
      },
      {},
      ['one/any:gpu-0', 'one/any:gpu-1'],
    ],
  ])('%s', (_, claim, situation, expected) => {
    expect(named(allocated(claim, situation))).toEqual(expected);
  });

  function rackSlice(rack: string): ResourceSlice {
    const { nodeName: _, ...spec } = slice('n1', MIXED).spec;
    const matchExpressions = [{ key: 'rack', operator: 'In' as const, values: [rack] }];
    const nodeSelector = { nodeSelectorTerms: [{ matchExpressions }] };
    return { ...slice('n1', MIXED), spec: { ...spec, nodeSelector } };
  }

  test('are where their allocation says', () => {
    const own = allocated({ requests: [asking()] })?.nodeSelector?.nodeSelectorTerms;
    expect(own).toEqual([
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
    ]);
    const shared = allocated({ requests: [asking()] }, { slices: [rackSlice('r1')] });
    expect(shared?.nodeSelector?.nodeSelectorTerms[0]?.matchExpressions).toEqual([
      { key: 'rack', operator: 'In', values: ['r1'] },
    ]);
  });

  test('come with what their class and their claim tell the driver', () => {
    const opaque = { driver: DRIVER, parameters: { mode: 'fast' } };
    const config = [{ opaque }, { requests: ['other'], opaque }];
    expect(allocated({ requests: [asking()], config })?.devices?.config).toEqual([
      { source: 'FromClaim', opaque },
    ]);
  });

  test('are given up when the search takes too long', () => {
    const devices = Array.from({ length: 60 }, (_, i) =>
      gpu(`gpu-${i}`, 'a', { attributes: { n: { int: i } } }),
    );
    const claim = {
      requests: [asking({ count: 30 })],
      constraints: [{ matchAttribute: `${DRIVER}/n` }],
    };
    expect(allocated(claim, { devices })).toBeUndefined();
  });
});
