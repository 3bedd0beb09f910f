import { expect, test } from '@jest/globals';
import { readNetworkConfig } from '../../../src/composition/network-config.ts';

const read = (services?: string[], cluster?: string[]) =>
  readNetworkConfig({ 'service-cluster-ip-range': services, 'cluster-cidr': cluster });

test.each([
  [undefined, undefined, ['10.96.0.0/12'], ['10.128.0.0/9']],
  [['fd00:1::/112'], undefined, ['fd00:1::/112'], ['fd00:10:128::/48']],
  [
    ['fd00:1::/112,10.0.0.0/16'],
    undefined,
    ['fd00:1::/112', '10.0.0.0/16'],
    ['fd00:10:128::/48', '10.128.0.0/9'],
  ],
  [
    ['10.0.0.0/16', 'fd00:1::/112'],
    ['10.1.0.0/16'],
    ['10.0.0.0/16', 'fd00:1::/112'],
    ['10.1.0.0/16'],
  ],
])('Services from %j and Pods from %j', (services, cluster, serviceCidrs, clusterCidrs) => {
  expect(read(services, cluster)).toEqual({
    serviceCidrs,
    clusterCidrs,
    nodeMasks: undefined,
    nodePorts: { first: 30_000, last: 32_767 },
  });
});

test.each([
  ['30000-32767', { first: 30_000, last: 32_767 }],
  ['80-80', { first: 80, last: 80 }],
  ['31000+99', { first: 31_000, last: 31_099 }],
])('node ports from %s', (text, nodePorts) => {
  expect(readNetworkConfig({ 'service-node-port-range': text }).nodePorts).toEqual(nodePorts);
});

test.each(['', '30000', '0-10', '40000-30000', '65000+1000', '1-2-3', '30000-'])(
  'node ports from %j are refused',
  (text) => {
    expect(() => readNetworkConfig({ 'service-node-port-range': text })).toThrow(
      `--service-node-port-range is "${text}": give a range of ports within 1-65535, as 30000-32767`,
    );
  },
);

test.each([
  [['10.0.0.0'], undefined, '--service-cluster-ip-range: "10.0.0.0" is no range of addresses'],
  [
    ['10.0.0.0/16,10.1.0.0/16'],
    undefined,
    '--service-cluster-ip-range: "10.0.0.0/16,10.1.0.0/16" cannot be what Services get addresses from',
  ],
  [undefined, ['10.0.0.0/28'], '--cluster-cidr: "10.0.0.0/28" cannot be divided among nodes'],
  [[''], undefined, 'give one range of addresses, or two of different families'],
])('Services from %j and Pods from %j are refused: %s', (services, cluster, message) => {
  expect(() => read(services, cluster)).toThrow(message);
});

const V4 = ['10.0.0.0/16'];
const BOTH = ['10.0.0.0/16', 'fd00::/48'];

const masks = (cluster: string[], sizes: Record<string, string>) =>
  readNetworkConfig({ 'cluster-cidr': cluster, ...sizes }).nodeMasks;

test.each([
  [V4, { 'node-cidr-mask-size': '26' }, { IPv4: 26 }],
  [V4, { 'node-cidr-mask-size-ipv4': '25' }, { IPv4: 25 }],
  [['fd00::/48'], { 'node-cidr-mask-size': '80' }, { IPv6: 80 }],
  [
    BOTH,
    { 'node-cidr-mask-size-ipv4': '25', 'node-cidr-mask-size-ipv6': '60' },
    { IPv4: 25, IPv6: 60 },
  ],
  [BOTH, { 'node-cidr-mask-size-ipv6': '60' }, { IPv6: 60 }],
])('of %j and %j, a node gets %j', (cluster, sizes, expected) => {
  expect(masks(cluster, sizes)).toEqual(expected);
});

test.each([
  [BOTH, { 'node-cidr-mask-size': '26' }, '--node-cidr-mask-size is for one family of addresses'],
  [V4, { 'node-cidr-mask-size-ipv6': '64' }, '--cluster-cidr has no IPv6 range'],
  [V4, { 'node-cidr-mask-size': '31' }, 'give a whole number from 1 to 30'],
  [V4, { 'node-cidr-mask-size': '12' }, 'at least a node’s size (/12)'],
])('a node of the size %j and %j is refused: %s', (cluster, sizes, message) => {
  expect(() => masks(cluster, sizes)).toThrow(message);
});
