import { describe, expect, test } from '@jest/globals';
import { PodAddresses } from '../../../src/kubelet/pods/pod-addresses.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

function nodeWith(podCIDR: string, name = 'n1'): Node {
  const node = buildNode({ name });
  return { ...node, spec: { ...node.spec, podCIDR } };
}

const podOn = (name: string, nodeName = 'n1'): Pod => buildPod({ name, spec: { nodeName } });

const bearing = (pod: Pod, podIP: string, phase: 'Running' | 'Failed' = 'Running'): Pod => ({
  ...pod,
  status: { ...pod.status, phase, podIP },
});

describe('PodAddresses', () => {
  test('the first address goes to a Pod, not to the network or its gateway', () => {
    expect(new PodAddresses().assign(podOn('a'), nodeWith('10.128.7.0/24'))).toBe('10.128.7.2');
  });

  test('a Pod that asks again gets the same address', () => {
    const addresses = new PodAddresses();
    const pod = podOn('a');
    const node = nodeWith('10.128.7.0/24');
    expect(addresses.assign(pod, node)).toBe(addresses.assign(pod, node));
  });

  test('a node gives out every address of its range once, and then none', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/28');
    const given = Array.from({ length: 13 }, (_, index) =>
      addresses.assign(podOn(`p${index}`), node),
    );
    expect(new Set(given).size).toBe(13);
    expect(given).toContain('10.128.7.14');
    expect(addresses.assign(podOn('late'), node)).toBeUndefined();
  });

  test('an address that a Pod bears is not given to another', () => {
    const addresses = new PodAddresses();
    addresses.observe(bearing(podOn('old'), '10.128.7.2'));
    expect(addresses.assign(podOn('new'), nodeWith('10.128.7.0/24'))).toBe('10.128.7.3');
  });

  test('the address of a Pod that ended or went is free again', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/29');
    const pods = ['a', 'b', 'c', 'd', 'e'].map((name) => podOn(name));
    for (const pod of pods) addresses.assign(pod, node);
    expect(addresses.assign(podOn('x'), node)).toBeUndefined();
    addresses.observe(bearing(pods[1] as Pod, '10.128.7.3', 'Failed'));
    expect(addresses.assign(podOn('x'), node)).toBe('10.128.7.3');
    addresses.release(pods[3] as Pod);
    expect(addresses.assign(podOn('y'), node)).toBe('10.128.7.5');
  });

  test('a Pod of the same name, made anew, does not free the address of its predecessor twice', () => {
    const addresses = new PodAddresses();
    const node = nodeWith('10.128.7.0/24');
    const old = podOn('same');
    const renewed = podOn('same');
    addresses.assign(old, node);
    const address = addresses.assign(renewed, node);
    addresses.release(old);
    expect(addresses.assign(renewed, node)).toBe(address);
    expect(addresses.assign(podOn('other'), node)).not.toBe(address);
  });

  test('a Pod on the network of its host takes no address', () => {
    const addresses = new PodAddresses();
    const pod = buildPod({ name: 'host', spec: { nodeName: 'n1', hostNetwork: true } });
    addresses.observe(bearing(pod, '10.128.7.2'));
    expect(addresses.assign(podOn('a'), nodeWith('10.128.7.0/24'))).toBe('10.128.7.2');
  });
});
