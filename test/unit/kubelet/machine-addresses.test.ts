import { expect, test } from '@jest/globals';
import { MachineAddresses } from '../../../src/kubelet/nodes/machine-addresses.ts';

const V4 = { clusterCidrs: ['10.128.0.0/9'], nodeMasks: {} };
const BOTH = { clusterCidrs: ['10.128.0.0/9', 'fd00:10:128::/48'], nodeMasks: {} };

test('machines have addresses of their own', () => {
  const addresses = new MachineAddresses(V4);
  expect(addresses.of(['10.128.0.0/24'])).toEqual({
    internal: ['172.16.0.10'],
    external: ['198.18.0.10'],
  });
  const all = Array.from({ length: 5_000 }, (_, n) => `10.${128 + (n >> 8)}.${n & 255}.0/24`);
  expect(new Set(all.map((cidr) => addresses.of([cidr]).internal[0])).size).toBe(5_000);
});

test('machines of a cluster with two families have addresses of both', () => {
  const addresses = new MachineAddresses(BOTH);
  expect(addresses.of(['10.128.1.0/24', 'fd00:10:128:1::/64'])).toEqual({
    internal: ['172.16.0.11', 'fd00:172:16::b'],
    external: ['198.18.0.11', '2001:db8::b'],
  });
});

test('machines whose Pod ranges are smaller than usual share no address', () => {
  const addresses = new MachineAddresses({ ...V4, nodeMasks: { IPv4: 26 } });
  const cidrs = ['10.128.0.0/26', '10.128.0.64/26'];
  expect(cidrs.map((cidr) => addresses.of([cidr]).internal[0])).toEqual([
    '172.16.0.10',
    '172.16.0.11',
  ]);
});

test('a machine without a Pod range has no address yet', () => {
  expect(new MachineAddresses(BOTH).of([])).toEqual({ internal: [], external: [] });
});
