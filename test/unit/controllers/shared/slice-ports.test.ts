import { expect, test } from '@jest/globals';
import { portsKey } from '../../../../src/controllers/shared/slice-ports.ts';
import type { EndpointPort } from '../../../../src/scheme/generated/types/discovery-v1.ts';

const HTTP: EndpointPort = { name: 'http', port: 80, protocol: 'TCP' };
const DNS: EndpointPort = { name: 'dns', port: 53, protocol: 'UDP' };

test.each<[title: string, a: EndpointPort[] | undefined, b: EndpointPort[], same: boolean]>([
  ['the same ports', [HTTP], [HTTP], true],
  ['the same ports in another order', [HTTP, DNS], [DNS, HTTP], true],
  ['none and none', undefined, [], true],
  ['TCP and what says nothing', [{ name: 'http', port: 80 }], [HTTP], true],
  ['other numbers', [{ ...HTTP, port: 81 }], [HTTP], false],
  ['other names', [{ ...HTTP, name: 'web' }], [HTTP], false],
  ['other protocols', [{ ...HTTP, protocol: 'UDP' }], [HTTP], false],
  ['other applications', [{ ...HTTP, appProtocol: 'h2c' }], [HTTP], false],
  ['one port more', [HTTP, DNS], [HTTP], false],
])('endpoints share slices by their ports: %s', (_title, a, b, same) => {
  expect(portsKey(a) === portsKey(b)).toBe(same);
});
