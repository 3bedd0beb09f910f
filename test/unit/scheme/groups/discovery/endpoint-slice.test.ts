import { expect, test } from '@jest/globals';
import type { EndpointSlice } from '../../../../../src/scheme/generated/types/discovery-v1.ts';
import { endpointSliceStrategy } from '../../../../../src/scheme/groups/discovery/endpoint-slice.ts';
import {
  CREATED,
  created,
  errorsOnCreate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

const WEB: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default', creationTimestamp: CREATED },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ port: 80 }],
};

test('ports of a slice have an empty name and TCP unless they say otherwise', () => {
  expect(created(endpointSliceStrategy, WEB).ports).toEqual([
    { name: '', port: 80, protocol: 'TCP' },
  ]);
  expect(errorsOnCreate(endpointSliceStrategy, WEB)).toEqual([]);
  const named = withMembers(WEB, {
    addressType: 'FQDN',
    'endpoints.0.addresses': ['web.example.com.'],
  });
  expect(errorsOnCreate(endpointSliceStrategy, named)).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'for an unknown type',
    { addressType: 'MAC' },
    'addressType: Unsupported value: "MAC": supported values: "FQDN", "IPv4", "IPv6"',
  ],
  [
    'for an address of another family',
    { 'endpoints.0.addresses': ['fd00::1'] },
    'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
  ],
  [
    'for an address of this machine',
    { 'endpoints.0.addresses': ['127.0.0.1'] },
    'may not be in the loopback range',
  ],
  [
    'for no address',
    { 'endpoints.0.addresses': [] },
    'endpoints[0].addresses: Required value: must contain at least 1 address',
  ],
  [
    'for a name of one part',
    { addressType: 'FQDN', 'endpoints.0.addresses': ['web'] },
    'should be a domain with at least two segments',
  ],
  [
    'for too many endpoints',
    { endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
    'endpoints: Too many: 1001: must have at most 1000 items',
  ],
  [
    'for too many ports',
    { ports: Array.from({ length: 101 }, (_, port) => ({ name: `p${port}`, port })) },
    'ports: Too many: 101: must have at most 100 items',
  ],
  [
    'for one port name twice',
    { ports: [{ port: 1 }, { port: 2 }] },
    'ports[1].name: Duplicate value: ""',
  ],
  [
    'for a host name with dots',
    { 'endpoints.0.hostname': 'a.b' },
    'endpoints[0].hostname: Invalid value: "a.b"',
  ],
])('a slice is refused %s', (_, members, message) => {
  expect(errorsOnCreate(endpointSliceStrategy, withMembers(WEB, members)).join('\n')).toContain(
    message,
  );
});

test('the address type of a slice is immutable', () => {
  const next = withMembers(WEB, { addressType: 'IPv6' });
  expect(errorsOnUpdate(endpointSliceStrategy, next, WEB)).toEqual([
    'addressType: Invalid value: "IPv6": field is immutable',
  ]);
});

test('a slice is shown as kubectl shows it', () => {
  expect(rowOf(endpointSliceStrategy, WEB)).toEqual({
    Name: 'web-1',
    AddressType: 'IPv4',
    Ports: '80',
    Endpoints: '10.0.0.1',
    Age: '10m',
  });
  const empty = withMembers(WEB, { endpoints: [], ports: [{ name: 'any' }] });
  expect(rowOf(endpointSliceStrategy, empty)).toMatchObject({ Ports: '*', Endpoints: '<unset>' });
});
