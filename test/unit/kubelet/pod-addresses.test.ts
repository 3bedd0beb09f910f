import { describe, expect, test } from '@jest/globals';
import { PodAddresses } from '../../../src/kubelet/pods/pod-addresses.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

function nodeWith(...podCIDRs: string[]): Node {
  const node = buildNode({ name: 'n1' });
  return { ...node, spec: { ...node.spec, podCIDR: podCIDRs[0], podCIDRs } };
}

const podOn = (name: string, nodeName = 'n1'): Pod => buildPod({ name, spec: { nodeName } });

const bearing = (pod: Pod, podIP: string, phase: 'Running' | 'Failed' = 'Running'): Pod => ({
  ...pod,
  status: { ...pod.status, phase, podIP },
});

describe('PodAddresses', () => {
  test('the first address goes to a Pod, not to the network or its gateway', () => {
    expect(new PodAddresses().assign(podOn('a'), nodeWith('10.128.7.0/24'))).toEqual([
      '10.128.7.2',
    ]);
  });

  test('a Pod that asks again gets the same address', () => {
    const addresses = new PodAddresses();
    const pod = podOn('a');
    const node = nodeWith('10.128.7.0/24');
    const given = addresses.assign(pod, node);
    expect(given).toEqual(['10.128.7.2']);
    expect(addresses.assign(pod, node)).toEqual(given);
  });

  test('a node gives out every address of its range once, and then none', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/28');
    const given = Array.from({ length: 13 }, (_, index) =>
      addresses.assign(podOn(`p${index}`), node),
    );
    expect(new Set(given.flat()).size).toBe(13);
    expect(given).toContainEqual(['10.128.7.14']);
    expect(addresses.assign(podOn('late'), node)).toBeUndefined();
  });

  test('an address that a Pod bears is not given to another', () => {
    const addresses = new PodAddresses();
    addresses.observe(bearing(podOn('old'), '10.128.7.2'));
    expect(addresses.assign(podOn('new'), nodeWith('10.128.7.0/24'))).toEqual(['10.128.7.3']);
  });

  test('the address of a Pod that ended or went is free again', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/29');
    const pods = ['a', 'b', 'c', 'd', 'e'].map((name) => podOn(name));
    for (const pod of pods) addresses.assign(pod, node);
    expect(addresses.assign(podOn('x'), node)).toBeUndefined();
    addresses.observe(bearing(pods[1] as Pod, '10.128.7.3', 'Failed'));
    expect(addresses.assign(podOn('x'), node)).toEqual(['10.128.7.3']);
    addresses.release(pods[3] as Pod);
    expect(addresses.assign(podOn('y'), node)).toEqual(['10.128.7.5']);
  });

  test('a Pod of the same name, made anew, does not free the address of its predecessor twice', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/24');
    const old = podOn('same');
    const renewed = podOn('same');
    addresses.assign(old, node);
    const address = addresses.assign(renewed, node);
    addresses.release(old);
    expect(addresses.assign(renewed, node)).toEqual(address);
    expect(addresses.assign(podOn('other'), node)).not.toEqual(address);
  });

  test('a Pod on the network of its host takes no address', () => {
    const addresses = new PodAddresses();
    const pod = buildPod({ name: 'host', spec: { nodeName: 'n1', hostNetwork: true } });
    addresses.observe(bearing(pod, '10.128.7.2'));
    expect(addresses.assign(podOn('a'), nodeWith('10.128.7.0/24'))).toEqual(['10.128.7.2']);
  });

  test('a Pod on a node with two ranges has an address of each, in the order of the node', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('fd00:10:128:7::/64', '10.128.7.0/24');
    expect(addresses.assign(podOn('a'), node)).toEqual(['fd00:10:128:7::2', '10.128.7.2']);
    expect(addresses.assign(podOn('b'), node)).toEqual(['fd00:10:128:7::3', '10.128.7.3']);
  });

  test('what Pods bear of two families is kept from others, and a Pod that asks again gets both', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/24', 'fd00:10:128:7::/64');
    const old = podOn('old');
    const podIPs = [{ ip: '10.128.7.2' }, { ip: 'fd00:10:128:7::2' }];
    addresses.observe({ ...old, status: { phase: 'Running', podIP: '10.128.7.2', podIPs } });
    expect(addresses.assign(old, node)).toEqual(['10.128.7.2', 'fd00:10:128:7::2']);
    expect(addresses.assign(podOn('new'), node)).toEqual(['10.128.7.3', 'fd00:10:128:7::3']);
  });

  test('the smaller of two ranges says how many Pods there is room for', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/24', 'fd00::/126');
    expect(addresses.assign(podOn('a'), node)).toEqual(['10.128.7.2', 'fd00::2']);
    expect(addresses.assign(podOn('b'), node)).toBeUndefined();
  });

  test('a node without a range gives no address', () => {
    expect(new PodAddresses().assign(podOn('a'), buildNode({ name: 'n1' }))).toBeUndefined();
  });
});
