import { describe, expect, test } from '@jest/globals';
import { buildEndpoint, buildPorts } from '../../../../src/controllers/endpointslice/endpoint.ts';
import type {
  Node,
  Pod,
  Service,
  ServicePort,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type { Endpoint } from '../../../../src/scheme/generated/types/discovery-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';
import { storedService } from '../../../support/workloads.ts';

interface Fields {
  readonly isReady?: boolean;
  readonly isGoing?: boolean;
  readonly spec?: Partial<NonNullable<Pod['spec']>>;
}

function pod({ isGoing = false, isReady = true, spec = {} }: Fields = {}): Pod {
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  const podIPs = [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }];
  const built = buildPod({ spec: { nodeName: 'n1', ...spec }, status: { podIPs, conditions } });
  const deletion = isGoing ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return { ...built, metadata: { ...built.metadata, ...deletion } };
}

const NODE = buildNode({ name: 'n1', labels: { 'topology.kubernetes.io/zone': 'a' } });

const endpoint = (
  one: Pod,
  spec: Partial<NonNullable<Service['spec']>> = {},
  node: Node | undefined = NODE,
): Endpoint | undefined => buildEndpoint(one, node, storedService(spec), 'IPv4');

describe('the endpoint of a Pod', () => {
  test.each<[title: string, fields: Fields, publishes: boolean, conditions: string]>([
    ['that is ready', {}, false, 'ready serving'],
    ['that is not ready', { isReady: false }, false, ''],
    ['that is not ready, of a Service that publishes all', { isReady: false }, true, 'ready'],
    ['that goes and serves on', { isGoing: true }, false, 'serving terminating'],
    ['that goes and serves no more', { isGoing: true, isReady: false }, false, 'terminating'],
    [
      'that goes, of a Service that publishes all',
      { isGoing: true },
      true,
      'ready serving terminating',
    ],
  ])('%s has its conditions', (_title, fields, publishNotReadyAddresses, conditions) => {
    const built = endpoint(pod(fields), { publishNotReadyAddresses });
    const told = Object.entries(built?.conditions ?? {}).filter(([, value]) => value);
    expect(told.map(([name]) => name).join(' ')).toBe(conditions);
  });

  test('has the addresses of one family, its Pod, its node and its zone', () => {
    const one = pod();
    const { name, namespace, uid } = one.metadata;
    expect(endpoint(one)).toMatchObject({
      addresses: ['10.0.0.1'],
      targetRef: { kind: 'Pod', name, namespace, uid },
      nodeName: 'n1',
      zone: 'a',
    });
    expect(buildEndpoint(one, NODE, storedService(), 'IPv6')?.addresses).toEqual(['fd00::1']);
    expect(endpoint(buildPod())).toBeUndefined();
  });

  const ZONE = { forZones: [{ name: 'a' }] };

  test.each<[string | undefined, Fields, Node | undefined, Endpoint['hints']]>([
    [undefined, {}, NODE, undefined],
    ['PreferClose', {}, NODE, ZONE],
    ['PreferSameZone', {}, NODE, ZONE],
    ['PreferSameNode', {}, NODE, { ...ZONE, forNodes: [{ name: 'n1' }] }],
    ['PreferSameNode', {}, buildNode({ name: 'n1' }), { forNodes: [{ name: 'n1' }] }],
    ['PreferSameZone', {}, buildNode({ name: 'n1' }), undefined],
    ['PreferSameZone', { isReady: false }, NODE, undefined],
  ])(
    'is for whom the traffic distribution %s says, of %j on its node',
    (distribution, fields, node, hints) => {
      const spec = distribution === undefined ? {} : { trafficDistribution: distribution };
      expect(endpoint(pod(fields), spec, node)?.hints).toEqual(hints);
    },
  );

  test.each([
    ['web', 'db-0', 'db-0'],
    ['other', 'db-0', undefined],
    ['web', undefined, undefined],
  ])(
    'of the subdomain %s and the host name %j has the name %j',
    (subdomain, hostname, expected) => {
      const spec = { subdomain, ...(hostname ? { hostname } : {}) };
      expect(endpoint(pod({ spec }))?.hostname).toBe(expected);
    },
  );
});

describe('the ports of a Pod for a Service', () => {
  const container = {
    name: 'main',
    ports: [
      { name: 'http', containerPort: 8080 },
      { name: 'dns', containerPort: 53, protocol: 'UDP' as const },
    ],
  };

  test.each<[title: string, port: ServicePort, ports: object[]]>([
    ['is its number', { port: 80, targetPort: 8080 }, [{ name: '', port: 8080, protocol: 'TCP' }]],
    ['is the Service’s own', { port: 80 }, [{ name: '', port: 80, protocol: 'TCP' }]],
    [
      'is found by its name',
      { name: 'web', port: 80, targetPort: 'http', appProtocol: 'h2c' },
      [{ name: 'web', port: 8080, protocol: 'TCP', appProtocol: 'h2c' }],
    ],
    ['is not found by a name of another protocol', { port: 53, targetPort: 'dns' }, []],
    [
      'is found by name and protocol',
      { port: 53, targetPort: 'dns', protocol: 'UDP' },
      [{ name: '', port: 53, protocol: 'UDP' }],
    ],
    ['is not found where there is none of the name', { port: 80, targetPort: 'other' }, []],
  ])('%s', (_title, port, ports) => {
    const one = pod({ spec: { containers: [container] } });
    expect(buildPorts(one, storedService({ ports: [port] }))).toEqual(ports);
  });

  test('are none of a headless Service without ports', () => {
    const service = storedService({ clusterIP: 'None' });
    delete service.spec?.ports;
    expect(buildPorts(pod(), service)).toEqual([]);
  });
});
