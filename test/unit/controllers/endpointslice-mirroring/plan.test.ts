import { describe, expect, test } from '@jest/globals';
import {
  isMirrored,
  planMirror,
} from '../../../../src/controllers/endpointslice-mirroring/plan.ts';
import type {
  EndpointSubset,
  Endpoints,
  Service,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../../../src/scheme/generated/types/discovery-v1.ts';

const endpoints = (
  subsets: EndpointSubset[],
  metadata: Partial<Endpoints['metadata']> = {},
): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', namespace: 'default', uid: 'uid-db', ...metadata },
  subsets,
});

const service = (spec: Service['spec'] = { clusterIP: 'None' }): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db', namespace: 'default' },
  spec,
});

const ports = [{ name: 'pg', port: 5432 }];
const plain = endpoints([{ addresses: [{ ip: '10.0.0.1' }], ports }]);

describe('Endpoints', () => {
  test.each<[string, Endpoints, Service | undefined, boolean]>([
    ['for a Service without a selector', plain, service(), true],
    ['without a Service', plain, undefined, false],
    ['for a Service that finds Pods', plain, service({ selector: { app: 'db' } }), false],
    [
      'for a name outside',
      plain,
      service({ type: 'ExternalName', externalName: 'db.example.com' }),
      true,
    ],
    [
      'that want no mirror',
      endpoints([], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }),
      service(),
      false,
    ],
    [
      'that say no to no mirror',
      endpoints([], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'false' } }),
      service(),
      true,
    ],
    [
      'that a controller keeps',
      endpoints([], { labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' } }),
      service(),
      false,
    ],
    [
      'that are a lock',
      endpoints([], { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }),
      service(),
      false,
    ],
  ])('%s are mirrored: %#', (_, one, owner, expected) => {
    expect(isMirrored(one, owner)).toBe(expected);
  });
});

describe('a mirror', () => {
  test('says of each address whether it is ready, and where it is', () => {
    const targetRef = { kind: 'Pod', namespace: 'default', name: 'db-0' };
    const { create } = planMirror(
      endpoints(
        [
          {
            addresses: [{ ip: '10.0.0.1', hostname: 'db-0', nodeName: 'node-1', targetRef }],
            notReadyAddresses: [{ ip: '10.0.0.2' }],
            ports,
          },
        ],
        {
          labels: { app: 'db' },
          annotations: { team: 'a', 'endpoints.kubernetes.io/last-change-trigger-time': 'x' },
        },
      ),
      [],
    );
    expect(create).toEqual([
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          generateName: 'db-',
          namespace: 'default',
          labels: {
            app: 'db',
            'kubernetes.io/service-name': 'db',
            'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          },
          annotations: { team: 'a' },
          ownerReferences: [
            expect.objectContaining({ kind: 'Endpoints', uid: 'uid-db', controller: true }),
          ],
        },
        addressType: 'IPv4',
        ports: [{ name: 'pg', port: 5432, protocol: 'TCP' }],
        endpoints: [
          {
            addresses: ['10.0.0.1'],
            conditions: { ready: true },
            hostname: 'db-0',
            nodeName: 'node-1',
            targetRef,
          },
          { addresses: ['10.0.0.2'], conditions: { ready: false } },
        ],
      },
    ]);
  });

  const shapeOf = ({ create }: { readonly create: readonly EndpointSlice[] }) =>
    create.map(({ addressType, endpoints: all = [], ports: own = [] }) => [
      addressType,
      own.map(({ port }) => port).join(),
      all
        .map(({ addresses, conditions }) => `${addresses[0]}${conditions?.ready ? '' : '!'}`)
        .join(' '),
    ]);
  const web = [{ name: 'web', port: 80 }];
  const at = (...ips: string[]) => ips.map((ip) => ({ ip }));

  test.each<[string, EndpointSubset[], string[][]]>([
    [
      'has a slice for each family and each set of ports, and each address once',
      [
        { addresses: at('10.0.0.2', '10.0.0.1', 'fd00::1'), ports },
        { addresses: at('10.0.0.1'), ports },
        { addresses: at('10.0.0.1'), ports: web },
      ],
      [
        ['IPv4', '5432', '10.0.0.1 10.0.0.2'],
        ['IPv6', '5432', 'fd00::1'],
        ['IPv4', '80', '10.0.0.1'],
      ],
    ],
    [
      'has one for ports that the same addresses have',
      [
        { addresses: at('10.0.0.1'), ports: web },
        { addresses: at('10.0.0.1'), ports },
      ],
      [['IPv4', '5432,80', '10.0.0.1']],
    ],
    [
      'calls an address ready that nobody calls not ready',
      [
        { addresses: at('10.0.0.1', '10.0.0.2'), ports },
        { notReadyAddresses: at('10.0.0.1'), ports },
      ],
      [['IPv4', '5432', '10.0.0.2 10.0.0.1!']],
    ],
    [
      'may have no ports, and writes addresses in one way',
      [{ addresses: at('fd00:0:0::1') }],
      [['IPv6', '', 'fd00::1']],
    ],
  ])('%s', (_, subsets, shape) => {
    expect(shapeOf(planMirror(endpoints(subsets), []))).toEqual(shape);
  });

  const none = { create: [], update: [], remove: [], invalid: 0, skipped: 0 };
  const made = (name: string, of = plain): EndpointSlice => {
    const [slice] = planMirror(of, []).create;
    if (!slice) throw new Error('there is a slice');
    return { ...slice, metadata: { ...slice.metadata, name } };
  };

  test('that is as it should be is left alone, one that is not is updated, and one too many goes', () => {
    const slice = made('db-x');
    expect(planMirror(plain, [slice])).toEqual(none);
    const stale = { ...slice, endpoints: [] };
    const extra = made('db-y');
    const mended = { ...none, update: [slice], remove: [extra] };
    expect(planMirror(plain, [stale, extra])).toEqual(mended);
    expect(planMirror(undefined, [slice])).toEqual({ ...none, remove: [slice] });
  });

  test('becomes the one for other ports, rather than going while that comes', () => {
    const moved = endpoints([{ addresses: [{ ip: '10.0.0.1' }], ports: web }]);
    expect(planMirror(moved, [made('db-x')])).toEqual({ ...none, update: [made('db-x', moved)] });
    const sixth = endpoints([{ addresses: [{ ip: 'fd00::1' }], ports }]);
    const old = made('db-x');
    expect(planMirror(sixth, [old])).toMatchObject({
      create: [{ addressType: 'IPv6' }],
      remove: [old],
    });
  });

  test('leaves out what is no address and what is too much, and counts both', () => {
    const many = Array.from({ length: 1_001 }, (_, index) => ({
      ip: `10.0.${Math.floor(index / 250)}.${index % 250}`,
    }));
    const plan = planMirror(endpoints([{ addresses: [{ ip: '0nowhere' }, ...many], ports }]), []);
    expect(plan.create[0]?.endpoints).toHaveLength(1_000);
    expect([plan.invalid, plan.skipped]).toEqual([1, 2]);
    const wrong = planMirror(endpoints([{ addresses: [{ ip: 'nowhere' }], ports }]), []);
    expect([wrong.invalid, wrong.skipped]).toEqual([1, 1]);
  });
});
