import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/lib/random.ts';
import { VirtualClock } from '../../../src/lib/virtual-clock.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import { DeviceState } from '../../../src/scheduler/devices/device-state.ts';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import { ProfileRunner } from '../../../src/scheduler/profile-runner.ts';
import { VolumeState } from '../../../src/scheduler/volumes/volume-state.ts';
import { WaitingPods } from '../../../src/scheduler/waiting-pods.ts';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../src/scheme/generated/types/core-v1.ts';
import type {
  Device,
  DeviceClaim,
  ResourceClaim,
  ResourceSlice,
} from '../../../src/scheme/generated/types/resource-v1.ts';
import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
} from '../../../src/scheme/generated/types/storage-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';
import { asking, claimOf, DRIVER, GPU, slice } from '../../support/devices.ts';
import {
  type ClaimsWorld,
  LIMITED_DRIVER as CSI,
  canMake,
  type Given,
  hasDevices,
  hasVolumes,
  isRightlyGiven,
  type PodWants,
  reaches,
} from '../../support/naive-claims.ts';
import { defaultProfile, informersOf, pluginHandle } from '../../support/scheduling.ts';
import { newClaim, newStorageClass, newVolume } from '../../support/storage.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const NAMES = ['n1', 'n2', 'n3'];
const ZONES = ['east', 'west'];

const late = { volumeBindingMode: 'WaitForFirstConsumer' as const };
const CLASSES = [
  newStorageClass('by-hand', { ...late, provisioner: 'kubernetes.io/no-provisioner' }),
  newStorageClass('anywhere', late),
  newStorageClass('east-only', {
    ...late,
    allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['east'] }] }],
  }),
  newStorageClass('measured', { ...late, provisioner: CSI }),
];
const className = fc.constantFrom('by-hand', 'by-hand', 'anywhere', 'east-only', 'measured');
const size = fc.constantFrom('1Gi', '2Gi', '3Gi');
const anyOf = <T>(...values: T[]) => fc.constantFrom(...values);

const nodes: fc.Arbitrary<Node[]> = fc
  .tuple(...NAMES.map(() => anyOf<string | undefined>('east', 'west', undefined)))
  .map((zones) =>
    zones.map((zone, index) => {
      const name = NAMES[index] as string;
      return buildNode({ name, labels: { [HOST]: name, ...(zone ? { [ZONE]: zone } : {}) } });
    }),
  );

/** Where a volume is: nowhere in particular, in a zone, or on a node. */
const affinity = anyOf(
  [],
  [ZONE, 'east'],
  [ZONE, 'west'],
  ...NAMES.map((name) => [HOST, name]),
).map(([key, value]) =>
  key && value
    ? {
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key, operator: 'In' as const, values: [value] }] },
            ],
          },
        },
      }
    : {},
);

const freeVolume = fc
  .record({ storageClassName: className, storage: size, affinity })
  .map(({ storageClassName, storage, affinity: where }) => ({
    storageClassName,
    capacity: { storage },
    ...where,
  }));

/** A volume that is bound already, with its claim, which several pods may use. */
const boundVolume = fc.record({
  affinity,
  zone: anyOf<string | undefined>(undefined, undefined, ...ZONES),
  accessModes: anyOf<('ReadWriteOnce' | 'ReadWriteOncePod')[]>(
    ['ReadWriteOnce'],
    ['ReadWriteOncePod'],
  ),
  isCsi: fc.boolean(),
});

const MODEL_A = `device.attributes["${DRIVER}"].model == "a"`;
const BIG = `device.capacity["${DRIVER}"].memory.compareTo(quantity("3Gi")) >= 0`;
const SELECTORS: ClaimsWorld['selectors'] = {
  [MODEL_A]: ({ attributes }) => attributes?.model?.string === 'a',
  [BIG]: ({ capacity }) => Number(capacity?.memory?.value.replace('Gi', '')) >= 3,
};

const device = fc.record({
  model: anyOf('a', 'b'),
  numa: anyOf(0, 1),
  memory: anyOf('2Gi', '4Gi'),
  kind: anyOf('whole', 'shared', 'part', 'part'),
  isTainted: anyOf(false, false, false, true),
});

const devicesOfNode = fc.array(device, { minLength: 1, maxLength: 4 }).map((drawn) =>
  drawn.map(
    ({ model, numa, memory, kind, isTainted }, index): Device => ({
      name: `dev-${index}`,
      attributes: { model: { string: model }, numa: { int: numa } },
      capacity: { memory: { value: memory } },
      ...(isTainted ? { taints: [{ key: 'hot', effect: 'NoSchedule' }] } : {}),
      ...(kind === 'shared' ? { allowMultipleAllocations: true } : {}),
      ...(kind === 'part'
        ? { consumesCounters: [{ counterSet: 'card', counters: { memory: { value: memory } } }] }
        : {}),
    }),
  ),
);

const request = fc.record({
  selectors: anyOf<string[]>([], [], [MODEL_A], [BIG]),
  count: anyOf(1, 1, 2),
  isAll: anyOf(...new Array<boolean>(7).fill(false), true),
  memory: anyOf<string | undefined>(undefined, '1Gi', '2Gi'),
  isTolerant: fc.boolean(),
});

const deviceClaim = fc
  .record({ requests: fc.array(request, { minLength: 1, maxLength: 2 }), isAligned: fc.boolean() })
  .map(
    ({ requests, isAligned }): DeviceClaim => ({
      requests: requests.map(({ selectors, count, isAll, memory, isTolerant }, index) =>
        asking(
          {
            selectors: selectors.map((expression) => ({ cel: { expression } })),
            ...(isAll ? { allocationMode: 'All' } : { count }),
            ...(memory ? { capacity: { requests: { memory } } } : {}),
            ...(isTolerant ? { tolerations: [{ key: 'hot', operator: 'Exists' }] } : {}),
          },
          `r${index}`,
        ),
      ),
      ...(isAligned ? { constraints: [{ matchAttribute: `${DRIVER}/numa` }] } : {}),
    }),
  );

const ofStorage = {
  waiting: fc.array(fc.record({ storageClassName: className, storage: size }), { maxLength: 2 }),
  bound: fc.uniqueArray(fc.nat(2), { maxLength: 2 }),
};
const none = fc.constant([]);
const ofDevices = fc.array(deviceClaim, { minLength: 1, maxLength: 2 });

/** Mostly one kind of claims, so that there is often a node for them. */
const podClaims = fc.oneof(
  fc.record({ ...ofStorage, devices: none }),
  { weight: 2, arbitrary: fc.record({ waiting: none, bound: none, devices: ofDevices }) },
  fc.record({ ...ofStorage, devices: ofDevices }),
);

const world = fc.record({
  nodes,
  free: fc.array(freeVolume, { maxLength: 5 }),
  bound: fc.array(boundVolume, { minLength: 3, maxLength: 3 }),
  space: fc.tuple(...ZONES.map(() => anyOf('1Gi', '2Gi', '3Gi'))),
  limits: fc.tuple(...NAMES.map(() => anyOf<number | undefined>(undefined, 1, 2))),
  devices: fc.tuple(...NAMES.map(() => devicesOfNode)),
  counters: anyOf('4Gi', '5Gi'),
  pods: fc.array(podClaims, { minLength: 3, maxLength: 8 }),
});

type Drawn = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Each node's devices and what its parts draw from, in two slices of one pool. */
function slicesOf({ devices, counters }: Drawn): ResourceSlice[] {
  return devices.flatMap((own, index) => {
    const name = NAMES[index] as string;
    const pool = { name, generation: 1, resourceSliceCount: 2 };
    const published = slice(name, own, { pool });
    const { devices: _, ...spec } = published.spec;
    const sharedCounters = [{ name: 'card', counters: { memory: { value: counters } } }];
    return [published, { ...published, spec: { ...spec, sharedCounters } }];
  });
}

function volumesOf({ free, bound }: Drawn): PersistentVolume[] {
  return [
    ...free.map((spec, index) => newVolume(`free-${index}`, { spec })),
    ...bound.map(({ affinity: where, zone, isCsi }, index) => {
      const csi = { driver: CSI, volumeHandle: `handle-${index}` };
      const claimRef = { name: `bound-${index}`, namespace: 'default', uid: `uid-bound-${index}` };
      return newVolume(`bound-${index}`, {
        spec: { ...where, claimRef, ...(isCsi ? { csi } : {}) },
        ...(zone ? { labels: { [ZONE]: zone } } : {}),
      });
    }),
  ];
}

function boundClaimsOf({ bound }: Drawn): PersistentVolumeClaim[] {
  return bound.map(({ accessModes }, index) =>
    newClaim(`bound-${index}`, {
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
      spec: { accessModes, volumeName: `bound-${index}` },
    }),
  );
}

/** The pods, each with claims of its own beside those that are bound already. */
function podsOf({ pods }: Drawn, bound: readonly PersistentVolumeClaim[]): PodWants[] {
  return pods.map(({ waiting, bound: used, devices }, index) => {
    const volumeClaims = [
      ...waiting.map(({ storageClassName, storage }, at) =>
        newClaim(`waiting-${index}-${at}`, {
          spec: { storageClassName, resources: { requests: { storage } } },
        }),
      ),
      ...used.map((at) => bound[at] as PersistentVolumeClaim),
    ];
    const deviceClaims = devices.map((wanted, at): ResourceClaim => {
      const name = `devices-${index}-${at}`;
      return { ...claimOf(wanted), metadata: { name, namespace: 'default', uid: `uid-${name}` } };
    });
    const pod = buildPod({
      name: `pod-${index}`,
      spec: {
        volumes: volumeClaims.map(({ metadata: { name = '' } }) => ({
          name,
          persistentVolumeClaim: { claimName: name },
        })),
        resourceClaims: deviceClaims.map(({ metadata: { name = '' } }) => ({
          name,
          resourceClaimName: name,
        })),
      },
    });
    return { pod, volumeClaims, deviceClaims };
  });
}

function csiNodesOf({ limits }: Drawn): CSINode[] {
  return limits.flatMap((count, index) => {
    if (count === undefined) return [];
    const name = NAMES[index] as string;
    const drivers = [{ name: CSI, nodeID: name, allocatable: { count } }];
    return [
      { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name }, spec: { drivers } },
    ];
  });
}

/** What the driver of measured disks tells of each zone. */
function capacitiesOf({ space }: Drawn): (CSIDriver | CSIStorageCapacity)[] {
  const apiVersion = 'storage.k8s.io/v1' as const;
  const driver = { metadata: { name: CSI }, spec: { storageCapacity: true } };
  return [
    { apiVersion, kind: 'CSIDriver', ...driver },
    ...space.map(
      (capacity, index): CSIStorageCapacity => ({
        apiVersion,
        kind: 'CSIStorageCapacity',
        capacity,
        storageClassName: 'measured',
        metadata: { name: ZONES[index] as string, namespace: 'default' },
        nodeTopology: { matchLabels: { [ZONE]: ZONES[index] as string } },
      }),
    ),
  ];
}

/** The scheduler's memory and a plain list of the same objects, side by side. */
class TwoWorlds {
  readonly pods: readonly PodWants[];
  readonly #nodes: readonly Node[];
  readonly #cache = new ClusterCache();
  readonly #volumes: VolumeState;
  readonly #devices: DeviceState;
  readonly #runner: ProfileRunner;
  #world: ClaimsWorld;

  constructor(drawn: Drawn) {
    const bound = boundClaimsOf(drawn);
    this.pods = podsOf(drawn, bound);
    this.#nodes = drawn.nodes;
    const [volumes, slices] = [volumesOf(drawn), slicesOf(drawn)];
    const limits = drawn.limits.map((limit, index) => [NAMES[index], limit]);
    this.#world = {
      ...{ volumes, slices, classes: CLASSES, selectors: SELECTORS, given: [] },
      space: { measured: Object.fromEntries(drawn.space.map((size, at) => [ZONES[at], size])) },
      limits: Object.fromEntries(limits.filter(([, limit]) => limit !== undefined)),
    };
    const claims = this.pods.flatMap(({ volumeClaims, deviceClaims }) => [
      ...volumeClaims,
      ...deviceClaims,
    ]);
    const objects = [
      ...volumes,
      ...slices,
      ...CLASSES,
      GPU,
      ...csiNodesOf(drawn),
      ...capacitiesOf(drawn),
      ...bound,
      ...claims,
    ];
    const informers = informersOf([...new Set(objects)]);
    this.#volumes = new VolumeState(informers, () => {});
    this.#devices = new DeviceState(informers, () => {});
    const state = { volumes: this.#volumes, devices: this.#devices, informers };
    const profile = defaultProfile(pluginHandle(this.#cache, state));
    const waitingPods = new WaitingPods(new VirtualClock());
    const shared = { cache: this.#cache, random: seededRandom(1), waitingPods };
    this.#runner = new ProfileRunner({ profile, ...shared });
    for (const node of drawn.nodes) this.#cache.setNode(node);
  }

  /** Places the pod, or takes it away if it is there. */
  toggle(index: number): void {
    const wants = this.pods[index % this.pods.length] as PodWants;
    const there = this.#world.given.find(({ pod }) => pod === wants.pod);
    if (there) this.#remove(there);
    else this.#schedule(wants);
  }

  #remove(there: Given): void {
    const info = toPodInfo(there.pod);
    this.#runner.unreserve(info, there.node);
    this.#cache.removePod(info.uid);
    const given = this.#world.given.filter((each) => each !== there);
    this.#world = { ...this.#world, given };
  }

  #schedule(wants: PodWants): void {
    const info = toPodInfo(wants.pod);
    const table = this.#runner.tables.tableFor(info);
    const best = table.best();
    const open = [...table.verdictsOf(undefined)].filter(([, rejection]) => !rejection);
    const allowed = this.#nodes.filter(
      (node) => hasVolumes(this.#world, wants, node) && hasDevices(this.#world, wants, node),
    );
    expect(open.map(([name]) => name).sort()).toEqual(allowed.map(({ metadata }) => metadata.name));
    const node = allowed.find(({ metadata }) => metadata.name === best);
    expect(node === undefined).toBe(allowed.length === 0);
    if (!node || best === undefined) return;
    const before = this.#freeVolumes();
    this.#cache.place(info, best);
    this.#runner.reserve(info, best);
    const left = this.#freeVolumes();
    const volumes = before.filter((name) => !left.includes(name));
    const results = wants.deviceClaims.flatMap(
      (claim) => this.#devices.allocationOf(claim)?.devices?.results ?? [],
    );
    const given = { ...wants, node: best, volumes, results };
    this.#expectRight(wants, given, node);
    this.#world = { ...this.#world, given: [...this.#world.given, given] };
  }

  #freeVolumes(): string[] {
    const volumes = CLASSES.flatMap((storageClass) => {
      const storageClassName = storageClass.metadata.name ?? '';
      return this.#volumes.volumesFor(newClaim('somebody', { spec: { storageClassName } }));
    });
    return volumes.map(({ metadata }) => metadata.name ?? '');
  }

  #expectRight(wants: PodWants, given: Given, node: Node): void {
    expect(isRightlyGiven(this.#world, wants, given, node)).toBe(true);
    const waiting = wants.volumeClaims.filter(({ spec }) => !spec?.volumeName);
    const promised = this.#world.volumes.filter(({ metadata }) =>
      given.volumes.includes(metadata.name ?? ''),
    );
    expect(promised.every((volume) => reaches(volume, node))).toBe(true);
    const needed = waiting.filter((claim) => !canMake(this.#world, claim, node));
    expect(promised.length).toBeGreaterThanOrEqual(needed.length);
    expect(promised.length).toBeLessThanOrEqual(waiting.length);
  }
}

test('pods with claims go where trying everything finds volumes and devices for them, and nowhere else, after any history', () => {
  fc.assert(
    fc.property(world, fc.array(fc.nat(7), { minLength: 6, maxLength: 20 }), (drawn, steps) => {
      const worlds = new TwoWorlds(drawn);
      for (const index of steps) worlds.toggle(index);
    }),
    { numRuns: 200 },
  );
});
