import { describe, expect, test } from '@jest/globals';
import type {
  Endpoints,
  ServiceAccount,
} from '../../../../../src/scheme/generated/types/core-v1.ts';
import { endpointsStrategy } from '../../../../../src/scheme/groups/core/endpoints.ts';
import { serviceAccountStrategy } from '../../../../../src/scheme/groups/core/service-account.ts';
import { CREATED, created, errorsOnCreate, rowOf, withMembers } from '../harness.ts';

const WEB: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'default', creationTimestamp: CREATED },
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
};

test('ports of Endpoints are of TCP unless they say otherwise', () => {
  expect(created(endpointsStrategy, WEB).subsets?.[0]?.ports).toEqual([
    { port: 80, protocol: 'TCP' },
  ]);
  expect(errorsOnCreate(endpointsStrategy, WEB)).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'without addresses',
    { 'subsets.0.addresses': [] },
    'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
  ],
  [
    'for an address that is none',
    { 'subsets.0.addresses.0.ip': 'x' },
    'subsets[0].addresses[0].ip: Invalid value: "x"',
  ],
  [
    'for an address of this machine',
    { 'subsets.0.notReadyAddresses': [{ ip: '127.0.0.1' }] },
    'subsets[0].notReadyAddresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range',
  ],
  [
    'for a host name with dots',
    { 'subsets.0.addresses.0.hostname': 'a.b' },
    'subsets[0].addresses[0].hostname: Invalid value: "a.b"',
  ],
  [
    'for a node that cannot be',
    { 'subsets.0.addresses.0.nodeName': 'A' },
    'subsets[0].addresses[0].nodeName: Invalid value: "A"',
  ],
  [
    'for ports without names',
    { 'subsets.0.ports': [{ port: 1 }, { port: 2 }] },
    'subsets[0].ports[0].name: Required value',
  ],
  [
    'for a port that cannot be',
    { 'subsets.0.ports.0.port': 0 },
    'subsets[0].ports[0].port: Invalid value: 0',
  ],
  [
    'for an unknown protocol',
    { 'subsets.0.ports.0.protocol': 'X' },
    'subsets[0].ports[0].protocol: Unsupported value: "X"',
  ],
])('Endpoints are refused %s', (_, members, message) => {
  expect(errorsOnCreate(endpointsStrategy, withMembers(WEB, members)).join('\n')).toContain(
    message,
  );
});

describe('Endpoints are shown', () => {
  const shown = (members: Record<string, unknown>) =>
    rowOf(endpointsStrategy, withMembers(WEB, members)).Endpoints;
  const ips = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ip: `10.0.0.${index + 1}` }));

  test('as addresses with ports', () => {
    expect(rowOf(endpointsStrategy, WEB)).toEqual({
      Name: 'web',
      Endpoints: '10.0.0.1:80',
      Age: '10m',
    });
    expect(shown({ 'subsets.0.addresses': [{ ip: 'fd00::1' }] })).toBe('[fd00::1]:80');
  });

  test('as addresses alone where there are no ports', () => {
    expect(shown({ 'subsets.0.ports': [] })).toBe('10.0.0.1');
  });

  test('as the first three and how many more', () => {
    expect(shown({ 'subsets.0.addresses': ips(5) })).toBe(
      '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...',
    );
  });

  test('as none where there are none', () => {
    expect(shown({ subsets: [] })).toBe('<none>');
  });
});

test('a ServiceAccount is shown with the number of its secrets', () => {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default', creationTimestamp: CREATED },
  };
  expect(rowOf(serviceAccountStrategy, account)).toEqual({
    Name: 'default',
    Secrets: '0',
    Age: '10m',
  });
});
