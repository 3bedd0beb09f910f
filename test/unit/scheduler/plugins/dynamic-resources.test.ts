import { describe, expect, test } from '@jest/globals';
import type { PluginHandle } from '../../../../src/scheduler/plugin-handle.ts';
import { createDynamicResources } from '../../../../src/scheduler/plugins/dynamic-resources.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type {
  DeviceClass,
  ResourceClaim,
  ResourceSlice,
} from '../../../../src/scheme/generated/types/resource-v1.ts';
import { buildPod } from '../../../support/builders.ts';
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
import { defaultProfile, TestCluster } from '../../../support/scheduling.ts';

describe('a pod with a claim', () => {
  const pod = { spec: { resourceClaims: [{ name: 'gpu', resourceClaimName: 'mine' }] } };
  const nodes = [{ name: 'n1' }, { name: 'n2' }];
  const claim = claimOf({ requests: [asking()] });
  const cluster = (...objects: readonly (ResourceClaim | ResourceSlice | DeviceClass)[]) =>
    new TestCluster(nodes, { objects });
  const prefix = '0/2 nodes are available: ';

  test('goes where a free device is', () => {
    expect(cluster(claim, GPU, slice('n2', MIXED)).feasible(pod)).toEqual(['n2']);
  });

  test('is refused by a node where the search for devices takes too long', () => {
    const createProfile = (handle: PluginHandle) => {
      const profile = defaultProfile(handle);
      const plugins = [createDynamicResources({ ...handle, filterTimeoutMs: Number.EPSILON })];
      return { ...profile, plugins };
    };
    const objects = [claim, GPU, slice('n2', MIXED)];
    expect(new TestCluster(nodes, { objects, createProfile }).message(pod)).toBe(
      `${prefix}1 cannot allocate all claims, 1 timed out trying to allocate devices.`,
    );
  });

  test('goes where the devices of its claim are', () => {
    const values = ['n1'];
    const nodeSelector = {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values }] },
      ],
    };
    const results = [{ request: 'one', driver: DRIVER, pool: 'n1', device: 'gpu-0' }];
    const status = { allocation: { devices: { results }, nodeSelector } };
    const own = claimOf({ requests: [asking()] }, status);
    expect(cluster(own, GPU).feasible(pod)).toEqual(['n1']);
  });

  test.each<[string, (ResourceClaim | ResourceSlice | DeviceClass)[], string]>([
    ['has none that could be given back', [], 'no new claims to deallocate'],
    ['has a claim that is not met', [claim, GPU], 'still not schedulable'],
  ])('%s is told so when it fits nowhere', (_, objects, message) => {
    const world = cluster(...objects);
    const plugin = world.profile.plugins.find(({ name }) => name === 'DynamicResources');
    const table = world.tableFor(objects.length > 0 ? pod : {});
    expect(plugin?.postFilter?.(table.plan.pod, table)).toEqual({ message });
  });

  test('goes where the alternative is that it would rather have', () => {
    const model = (name: string) => ({
      name,
      deviceClassName: 'gpu',
      ...selecting(`device.attributes["${DRIVER}"].model == "${name}"`),
    });
    const firstAvailable = ['a100', 't4'].map(model);
    const choosing = claimOf({ requests: [{ name: 'one', firstAvailable }] });
    for (const [first, second] of [
      ['n1', 'n2'],
      ['n2', 'n1'],
    ] as const) {
      const better = slice(first, [gpu('gpu-0', 'a100')]);
      const worse = slice(second, [gpu('gpu-0', 't4')]);
      expect(cluster(choosing, GPU, worse, better).feasible(pod)).toEqual(['n1', 'n2']);
      expect(cluster(choosing, GPU, worse, better).best(pod)).toBe(first);
    }
  });

  test('does not get a device that another claim has', () => {
    const results = [{ request: 'one', driver: DRIVER, pool: 'n2', device: 'gpu-0' }];
    const other: ResourceClaim = {
      ...claim,
      metadata: { namespace: 'default', name: 'other', uid: 'claim-2' },
      status: { allocation: { devices: { results } } },
    };
    const objects = [claim, other, GPU, slice('n2', [gpu('gpu-0', 'a100')])];
    expect(cluster(...objects).message(pod)).toBe(`${prefix}2 cannot allocate all claims.`);
  });

  test.each<[string, readonly (ResourceClaim | DeviceClass)[], typeof pod, string]>([
    ['that is not there', [], pod, 'resourceclaim "mine" not found'],
    [
      'that is being deleted',
      [
        { ...claim, metadata: { ...claim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
        GPU,
      ],
      pod,
      'resourceclaim "mine" is being deleted',
    ],
    ['of a class that is not there', [claim], pod, 'request one: device class gpu does not exist'],
  ])('%s says so', (_, objects, fields, reason) => {
    expect(cluster(...objects).message({ name: 'pod', ...fields })).toBe(`${prefix}${reason}.`);
  });

  test('says which selector failed on a device', () => {
    const expression = `device.attributes["${DRIVER}"].nothing == 1`;
    const picky = claimOf({ requests: [asking(selecting(expression))] });
    expect(cluster(picky, GPU, slice('n1', MIXED)).message(pod)).toContain('no such key: nothing');
  });

  test('that is to be made yet is not tried', () => {
    const { profile } = cluster(GPU);
    const plugin = profile.plugins.find(({ name }) => name === 'DynamicResources');
    const resourceClaims = [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }];
    const waiting = buildPod({ name: 'web', spec: { resourceClaims } });
    expect(plugin?.preEnqueue?.(waiting)).toBe('pod "default/web": ResourceClaim not created yet');
    const resourceClaimStatuses = [{ name: 'gpu', resourceClaimName: 'web-gpu-1' }];
    const ready = { ...waiting, status: { resourceClaimStatuses } };
    expect(plugin?.preEnqueue?.(ready)).toBeUndefined();
  });

  test('is tried again when its claim changes or another gives devices back', () => {
    const { profile } = cluster(GPU);
    const plugin = profile.plugins.find(({ name }) => name === 'DynamicResources');
    const other = { ...claim, metadata: { namespace: 'default', name: 'other' } };
    const helps = (changed: ResourceClaim, frees: boolean) =>
      plugin?.couldHelp?.(
        { type: 'device-claim-changed', claim: changed, frees },
        toPodInfo(buildPod(pod)),
      );
    expect([helps(claim, false), helps(other, false), helps(other, true)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('a pod with an extended resource', () => {
  const NAMED: DeviceClass = {
    ...GPU,
    spec: { ...GPU.spec, extendedResourceName: 'example.com/gpu' },
  };
  const nodes = [
    { name: 'devices' },
    { name: 'nothing' },
    { name: 'own', extended: { 'example.com/gpu': '1' } },
  ];
  const wanting = (resource: string, amount = '1') => ({ requests: { [resource]: amount } });
  const cluster = new TestCluster(nodes, {
    objects: [NAMED, slice('devices', [gpu('gpu-0', 'a100'), gpu('gpu-1', 'a100')])],
  });

  test('goes where the node has it, or devices of the class that stands for it', () => {
    expect(cluster.feasible(wanting('example.com/gpu'))).toEqual(['devices', 'own']);
    expect(cluster.feasible(wanting('example.com/gpu', '2'))).toEqual(['devices']);
    expect(cluster.message(wanting('example.com/gpu', '3'))).toBe(
      '0/3 nodes are available: 1 Insufficient example.com/gpu, 2 cannot allocate all claims.',
    );
  });

  test('may name any class', () => {
    const implicit = wanting('deviceclass.resource.kubernetes.io/gpu');
    expect(cluster.feasible(implicit)).toEqual(['devices']);
  });

  test('that no class stands for goes where the node has it alone', () => {
    expect(cluster.message(wanting('example.com/fpga'))).toBe(
      '0/3 nodes are available: 3 Insufficient example.com/fpga.',
    );
  });
});
