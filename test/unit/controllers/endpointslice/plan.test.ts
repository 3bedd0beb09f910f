import { describe, expect, test } from '@jest/globals';
import { planSlices, type SlicePlan } from '../../../../src/controllers/endpointslice/plan.ts';
import type {
  Node,
  Pod,
  PodSpec,
  Service,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../../../src/scheme/generated/types/discovery-v1.ts';
import { buildNode, buildPod } from '../../../support/builders.ts';
import { storedService } from '../../../support/workloads.ts';

const node = buildNode({ labels: { 'topology.kubernetes.io/zone': 'zone-a' } });
const service = storedService();

function pod(
  index: number,
  { isReady = true, spec = {} }: { isReady?: boolean; spec?: Partial<PodSpec> } = {},
): Pod {
  const podIP = `10.0.${index >> 8}.${index & 255}`;
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  const podIPs = [{ ip: podIP }, { ip: `fd00::${index}` }];
  const built = buildPod({
    name: `web-${index}`,
    spec: { nodeName: 'node-1', ...spec },
    status: { phase: 'Running', podIP, podIPs, conditions },
  });
  return { ...built, metadata: { ...built.metadata, uid: `pod-${index}` } };
}

const podsOf = (count: number, first = 1): Pod[] =>
  Array.from({ length: count }, (_, index) => pod(first + index));

interface Fields {
  readonly of?: Service;
  readonly slices?: readonly EndpointSlice[];
  readonly max?: number;
  readonly nodes?: Readonly<Record<string, Node>>;
}

function plan(pods: readonly Pod[], fields: Fields = {}): SlicePlan {
  const { of = service, slices = [], max = 3, nodes = { 'node-1': node } } = fields;
  const nodeOf = (name: string): Node | undefined => nodes[name];
  return planSlices({ service: of, pods, nodeOf, slices, maxEndpointsPerSlice: max });
}

let names = 0;

/** The slices after the plan has been carried out. */
function applied(
  before: readonly EndpointSlice[],
  { create, update, remove }: SlicePlan,
): EndpointSlice[] {
  const updated = new Map(update.map((slice) => [slice.metadata.name, slice]));
  return [
    ...before
      .filter((slice) => !remove.includes(slice))
      .map((slice) => updated.get(slice.metadata.name) ?? slice),
    ...create.map((slice) => ({
      ...slice,
      metadata: { ...slice.metadata, name: `web-slice-${++names}` },
    })),
  ];
}

const podNames = (slices: readonly EndpointSlice[]): (string | undefined)[][] =>
  slices.map(({ endpoints }) => endpoints?.map(({ targetRef }) => targetRef?.name) ?? []);

const writes = ({ create, update, remove }: SlicePlan): number[] => [
  create.length,
  update.length,
  remove.length,
];

describe('the slices of a Service', () => {
  const six = applied([], plan(podsOf(6)));

  test('are filled one after the other', () => {
    expect(podNames(six)).toEqual([
      ['web-1', 'web-2', 'web-3'],
      ['web-4', 'web-5', 'web-6'],
    ]);
  });

  test('are left alone when nothing has changed', () => {
    expect(writes(plan(podsOf(6), { slices: six }))).toEqual([0, 0, 0]);
  });

  test('need one write for one Pod that changes', () => {
    const changed = plan([...podsOf(5), pod(6, { isReady: false })], { slices: six });
    expect(writes(changed)).toEqual([0, 1, 0]);
  });

  test('take new Pods into a slice that is written anyway', () => {
    const pods = [...podsOf(5), pod(7)];
    const changed = plan(pods, { slices: six });
    expect(writes(changed)).toEqual([0, 1, 0]);
    expect(podNames(changed.update)).toEqual([['web-4', 'web-5', 'web-7']]);
  });

  test('take new Pods into the fullest slice that has room for all', () => {
    const slices = applied([], plan(podsOf(5), { max: 4 }));
    expect(podNames(slices)).toEqual([['web-1', 'web-2', 'web-3', 'web-4'], ['web-5']]);
    const changed = plan(podsOf(7), { slices, max: 4 });
    expect(writes(changed)).toEqual([0, 1, 0]);
    expect(podNames(changed.update)).toEqual([['web-5', 'web-6', 'web-7']]);
  });

  test('go when they are empty', () => {
    expect(writes(plan(podsOf(3), { slices: six }))).toEqual([0, 0, 1]);
  });

  test('are one empty slice when there is no Pod, which is used again', () => {
    const empty = plan([]);
    expect(podNames(empty.create)).toEqual([[]]);
    const slices = applied([], empty);
    expect(writes(plan([], { slices }))).toEqual([0, 0, 0]);
    const first = plan(podsOf(1), { slices });
    expect(writes(first)).toEqual([0, 1, 0]);
    const last = plan([], { slices: applied(slices, first) });
    expect(writes(last)).toEqual([0, 1, 0]);
    expect(last.update[0]).toMatchObject({ endpoints: [], ports: [] });
  });

  test('are kept apart by ports', () => {
    const named = storedService({ ports: [{ name: 'http', port: 80, targetPort: 'http' }] });
    const withPort = (index: number, containerPort: number): Pod =>
      pod(index, {
        spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort }] }] },
      });
    const { create } = plan([withPort(1, 8080), withPort(2, 9090)], { of: named });
    expect(create.map(({ ports }) => ports?.map(({ port }) => port))).toEqual([[8080], [9090]]);
  });

  test('are kept apart by address family', () => {
    const { create } = plan(podsOf(1), { of: storedService({ ipFamilies: ['IPv4', 'IPv6'] }) });
    const seen = create.map(({ addressType, endpoints }) => [
      addressType,
      endpoints?.[0]?.addresses,
    ]);
    expect(seen).toEqual([
      ['IPv4', ['10.0.0.1']],
      ['IPv6', ['fd00::1']],
    ]);
    const single = plan(podsOf(1), { slices: applied([], { ...plan([]), create }) });
    expect(writes(single)).toEqual([0, 0, 1]);
  });

  test('follow the labels of the Service', () => {
    const labelled = storedService(
      {},
      { labels: { team: 'a', 'kubernetes.io/service-name': 'x' } },
    );
    const { update } = plan(podsOf(6), { slices: six, of: labelled });
    expect(update).toHaveLength(2);
    expect(update[0]?.metadata.labels).toEqual({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
  });

  test('of an earlier Service of the name are deleted, not taken over', () => {
    const successor = storedService({}, { uid: 'another-uid' });
    expect(writes(plan(podsOf(1), { slices: six, of: successor }))).toEqual([1, 0, 2]);
  });

  test('leave a Pod out whose node nobody knows, and say so', () => {
    const missing = plan(podsOf(1), { nodes: {} });
    expect(podNames(missing.create)).toEqual([[]]);
    expect(missing.skipped).toEqual([{ name: 'web-1', nodeName: 'node-1' }]);
    const eager = storedService({ publishNotReadyAddresses: true });
    expect(podNames(plan(podsOf(1), { nodes: {}, of: eager }).create)).toEqual([['web-1']]);
  });

  test.each([
    ['PreferClose', { forZones: [{ name: 'zone-a' }] }],
    ['PreferSameZone', { forZones: [{ name: 'zone-a' }] }],
    ['PreferSameNode', { forNodes: [{ name: 'node-1' }], forZones: [{ name: 'zone-a' }] }],
    [undefined, undefined],
  ])('with traffic distribution %s hint at %j', (trafficDistribution, hints) => {
    const { create } = plan(podsOf(1), { of: storedService({ trafficDistribution }) });
    expect(create[0]?.endpoints?.[0]?.hints).toEqual(hints);
  });
});
