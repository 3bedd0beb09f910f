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
  expect(read(services, cluster)).toEqual({ serviceCidrs, clusterCidrs });
});

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
