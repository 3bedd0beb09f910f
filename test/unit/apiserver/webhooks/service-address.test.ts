import { expect, test } from '@jest/globals';
import {
  type ServiceEndpoints,
  serverAddressOf,
} from '../../../../src/apiserver/webhooks/service-address.ts';
import type {
  Endpoints,
  Service,
  ServiceSpec,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../../../src/scheme/generated/types/discovery-v1.ts';

const service = (spec: ServiceSpec = { ports: [{ port: 443, targetPort: 8443 }] }): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'hook', namespace: 'default' },
  spec,
});

const slice = (fields: Partial<EndpointSlice>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'hook-1' },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8443 }],
  endpoints: [],
  ...fields,
});

const at = (address: string, fields: object = {}) => ({ addresses: [address], ...fields });
const POD = { targetRef: { kind: 'Pod', name: 'hook-0', namespace: 'default' } };

const endpointsOf = (...subsets: Endpoints['subsets'] & {}): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'hook' },
  subsets,
});

const TWO_PORTS: ServiceSpec = {
  ports: [
    { name: 'metrics', port: 80 },
    { name: 'hook', port: 443 },
  ],
};

test.each<[string, ServiceSpec | undefined, Partial<ServiceEndpoints>, string]>([
  [
    'the port of its slice',
    undefined,
    { slices: [slice({ endpoints: [at('192.0.2.7')] })] },
    '192.0.2.7 8443',
  ],
  [
    'the port of the same name',
    TWO_PORTS,
    {
      slices: [
        slice({
          ports: [
            { name: 'metrics', port: 9_090 },
            { name: 'hook', port: 9_443 },
          ],
          endpoints: [at('192.0.2.7')],
        }),
      ],
    },
    '192.0.2.7 9443',
  ],
  [
    'its target port, where the slice names none',
    undefined,
    { slices: [slice({ ports: [{ name: '' }], endpoints: [at('192.0.2.7')] })] },
    '192.0.2.7 8443',
  ],
  [
    'an endpoint that is ready',
    undefined,
    {
      slices: [
        slice({ endpoints: [at('192.0.2.7', { conditions: { ready: false } })] }),
        slice({ addressType: 'IPv6', endpoints: [at('2001:db8::7')] }),
      ],
    },
    '2001:db8::7 8443',
  ],
  [
    'what is no Pod',
    undefined,
    { slices: [slice({ endpoints: [at('10.128.0.2', POD), at('192.0.2.8')] })] },
    '192.0.2.8 8443',
  ],
  [
    'a name',
    undefined,
    { slices: [slice({ addressType: 'FQDN', endpoints: [at('hook.example.com')] })] },
    'hook.example.com 8443',
  ],
  [
    'this machine',
    undefined,
    { slices: [slice({ addressType: 'FQDN', endpoints: [at('hook.localhost')] })] },
    'localhost 8443',
  ],
  [
    'its Endpoints, where there are no slices',
    undefined,
    { endpoints: endpointsOf({ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 7_443 }] }) },
    '192.0.2.9 7443',
  ],
  [
    'its external name',
    { type: 'ExternalName', externalName: 'hook.example.com' },
    {},
    'hook.example.com 443',
  ],
  ['nothing without endpoints', undefined, {}, 'no endpoints available for service "hook"'],
  [
    'nothing by a port that it has not',
    { ports: [{ port: 80 }] },
    {},
    'no service port 443 found for service "hook"',
  ],
  [
    'nothing where its slices do not serve the port',
    TWO_PORTS,
    { slices: [slice({ endpoints: [at('192.0.2.7')] })] },
    'no endpoints available for service "hook"',
  ],
])('a Service leads to %s', (_, spec, behind, expected) => {
  const found = serverAddressOf(service(spec), 443, {
    slices: [],
    endpoints: undefined,
    ...behind,
  });
  expect(typeof found === 'string' ? found : `${found.host} ${found.port}`).toBe(expected);
});

test.each<[string, ServiceSpec | undefined, Partial<ServiceEndpoints>]>([
  ['slices', undefined, { slices: [slice({ endpoints: [at('10.128.0.2', POD)] })] }],
  [
    'Endpoints',
    undefined,
    {
      endpoints: endpointsOf({
        addresses: [{ ip: '10.128.0.2', ...POD }],
        ports: [{ port: 8443 }],
      }),
    },
  ],
  ['a selector', { selector: { app: 'hook' }, ports: [{ port: 443 }] }, {}],
])('a Service that leads to simulated Pods by %s says what to do instead', (_, spec, behind) => {
  const why = serverAddressOf(service(spec), 443, { slices: [], endpoints: undefined, ...behind });
  expect(why).toContain('its Pods are simulated and serve nothing; give the webhook a url');
});
