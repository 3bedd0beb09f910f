/**
 * Judges by trying everything whether a node has the volumes and the devices that a pod's claims need: nothing is shared
 * with the scheduler's own code but the types. Slow, and meant to be obvious. It knows what its tests use, and no more.
 */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../src/scheme/generated/types/core-v1.ts';
import type {
  Device,
  DeviceRequestAllocationResult,
  ResourceClaim,
  ResourceSlice,
} from '../../src/scheme/generated/types/resource-v1.ts';
import type { StorageClass } from '../../src/scheme/generated/types/storage-v1.ts';

/** What a pod wants of storage and devices. */
export interface PodWants {
  readonly pod: Pod;
  readonly volumeClaims: readonly PersistentVolumeClaim[];
  readonly deviceClaims: readonly ResourceClaim[];
}

/** A pod on its node, and what it was given there. */
export interface Given extends PodWants {
  readonly node: string;
  readonly volumes: readonly string[];
  readonly results: readonly DeviceRequestAllocationResult[];
}

export interface ClaimsWorld {
  readonly volumes: readonly PersistentVolume[];
  readonly classes: readonly StorageClass[];
  readonly slices: readonly ResourceSlice[];
  /** How many volumes each node attaches. */
  readonly limits: Readonly<Record<string, number>>;
  readonly given: readonly Given[];
  /** How large a volume of a class can be made in each zone, where its driver tells. */
  readonly space: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether a selector of a device request, by its expression, holds of a device. */
  readonly selectors: Readonly<Record<string, (device: Device) => boolean>>;
}

const gib = (quantity: string | undefined): number => Number((quantity ?? '0').replace('Gi', ''));
const sizeOf = ({ spec }: PersistentVolume): number => gib(spec?.capacity?.storage);
const wantedOf = ({ spec }: PersistentVolumeClaim): number =>
  gib(spec?.resources?.requests?.storage);
const nameOf = ({ metadata }: { metadata: { name?: string } }): string => metadata.name ?? '';
const ZONE = 'topology.kubernetes.io/zone';

/** The one driver that nodes attach only so many volumes of. */
export const LIMITED_DRIVER = 'csi.example.com';

export function hasVolumes(world: ClaimsWorld, { volumeClaims }: PodWants, node: Node): boolean {
  const bound = volumeClaims.filter(({ spec }) => spec?.volumeName);
  const waiting = volumeClaims.filter(({ spec }) => !spec?.volumeName);
  return (
    bound.every((claim) => isAtHand(world, claim, node)) &&
    staysWithinLimit(world, volumeClaims, node) &&
    canBind(world, waiting, node)
  );
}

function isAtHand(world: ClaimsWorld, claim: PersistentVolumeClaim, node: Node): boolean {
  const volume = world.volumes.find((each) => nameOf(each) === claim.spec?.volumeName);
  if (!volume || !reaches(volume, node)) return false;
  const isExclusive = claim.spec?.accessModes?.includes('ReadWriteOncePod');
  const users = world.given.filter(({ volumeClaims }) => volumeClaims.includes(claim));
  if (isExclusive && users.length > 0) return false;
  const zone = volume.metadata.labels?.[ZONE];
  const own = node.metadata.labels?.[ZONE];
  return zone === undefined || own === undefined || zone === own;
}

export function reaches({ spec }: PersistentVolume, { metadata }: Node): boolean {
  const [term] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return (term?.matchExpressions ?? []).every(({ key, values = [] }) =>
    values.includes(metadata.labels?.[key] ?? ''),
  );
}

/** A volume that several pods use on a node is attached once; one that is to be made will be. */
function staysWithinLimit(
  world: ClaimsWorld,
  claims: readonly PersistentVolumeClaim[],
  node: Node,
): boolean {
  const limit = world.limits[nameOf(node)];
  if (limit === undefined) return true;
  const handlesOf = (claim: PersistentVolumeClaim): string[] => {
    const { storageClassName, volumeName } = claim.spec ?? {};
    const volume = world.volumes.find((each) => nameOf(each) === volumeName);
    if (volume) return volume.spec?.csi ? [volume.spec.csi.volumeHandle] : [];
    const found = world.classes.find((each) => nameOf(each) === storageClassName);
    return found?.provisioner === LIMITED_DRIVER ? [nameOf(claim)] : [];
  };
  const there = world.given.filter((each) => each.node === nameOf(node));
  const attached = new Set(there.flatMap((each) => each.volumeClaims.flatMap(handlesOf)));
  const fresh = claims.flatMap(handlesOf).filter((handle) => !attached.has(handle));
  return fresh.length === 0 || attached.size + new Set(fresh).size <= limit;
}

/** Whether each claim can have a volume of its own: any free one in any order, or a new one. */
function canBind(
  world: ClaimsWorld,
  [claim, ...others]: readonly PersistentVolumeClaim[],
  node: Node,
  used: ReadonlySet<string> = new Set(world.given.flatMap(({ volumes }) => volumes)),
): boolean {
  if (!claim) return true;
  if (canMake(world, claim, node)) return canBind(world, others, node, used);
  return world.volumes.some(
    (volume) =>
      !used.has(nameOf(volume)) &&
      !volume.spec?.claimRef &&
      volume.spec?.storageClassName === claim.spec?.storageClassName &&
      sizeOf(volume) >= wantedOf(claim) &&
      reaches(volume, node) &&
      canBind(world, others, node, new Set([...used, nameOf(volume)])),
  );
}

export function canMake(
  { classes, space }: ClaimsWorld,
  claim: PersistentVolumeClaim,
  node: Node,
): boolean {
  const found = classes.find((each) => nameOf(each) === claim.spec?.storageClassName);
  if (!found || found.provisioner === 'kubernetes.io/no-provisioner') return false;
  const told = space[nameOf(found)];
  if (told && gib(told[node.metadata.labels?.[ZONE] ?? '']) < wantedOf(claim)) return false;
  const [topology] = found.allowedTopologies ?? [];
  return (topology?.matchLabelExpressions ?? []).every(({ key, values }) =>
    values.includes(node.metadata.labels?.[key] ?? ''),
  );
}

interface Place {
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
}

/** One device that is needed. */
interface Need {
  readonly claim: ResourceClaim;
  readonly request: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly suits: (device: Device) => boolean;
}

export interface Held extends Place {
  readonly need: Need;
}

const idOf = ({ driver, pool, device }: Place): string => `${driver}/${pool}/${device.name}`;

export function hasDevices(world: ClaimsWorld, wants: PodWants, node: Node): boolean {
  const places = placesOn(world, node);
  const needs = wants.deviceClaims.flatMap((claim) => needsOf(world, claim, places));
  if (needs.includes(undefined)) return false;
  return canChoose(world, needs as Need[], places, []);
}

function placesOn({ slices }: ClaimsWorld, node: Node): Place[] {
  return slices
    .filter(({ spec }) => spec.nodeName === nameOf(node))
    .flatMap(({ spec: { driver, pool, devices = [] } }) =>
      devices.map((device) => ({ driver, pool: pool.name, device })),
    );
}

/** `undefined` for what cannot be met at all. */
function needsOf(
  world: ClaimsWorld,
  claim: ResourceClaim,
  places: readonly Place[],
): (Need | undefined)[] {
  return (claim.spec.devices?.requests ?? []).flatMap(({ name, exactly }) => {
    const {
      selectors = [],
      tolerations = [],
      count = 1,
      allocationMode,
      capacity,
    } = exactly ?? { deviceClassName: '' };
    const requests = capacity?.requests ?? {};
    const suits = (device: Device): boolean =>
      selectors.every(({ cel }) => world.selectors[cel?.expression ?? '']?.(device)) &&
      Object.entries(requests).every(
        ([key, value]) => gib(device.capacity?.[key]?.value) >= gib(value),
      );
    const isClean = ({ taints = [] }: Device): boolean =>
      taints.every(({ key }) => tolerations.some((one) => one.key === key));
    const isWanted = (device: Device): boolean => suits(device) && isClean(device);
    const need = { claim, request: name, capacity: requests, suits: isWanted };
    if (allocationMode !== 'All') return new Array<Need>(count).fill(need);
    const all = places.filter(({ device }) => suits(device));
    // All, or none.
    if (all.length === 0 || !all.every(({ device }) => isClean(device))) return [undefined];
    return all.map((place) => ({ ...need, suits: (device: Device) => device === place.device }));
  });
}

function canChoose(
  world: ClaimsWorld,
  [need, ...others]: readonly Need[],
  places: readonly Place[],
  chosen: readonly Held[],
): boolean {
  // More devices never make right what is wrong with fewer.
  if (!isConsistent(world, chosen)) return false;
  if (!need) return true;
  return places.some(
    (place) =>
      need.suits(place.device) && canChoose(world, others, places, [...chosen, { ...place, need }]),
  );
}

/** Whether the devices can be had together, by what all claims have then. */
function isConsistent(world: ClaimsWorld, chosen: readonly Held[]): boolean {
  const before = world.given.flatMap(({ results }) =>
    results.map((result) => heldBefore(world, result)),
  );
  const all = [...before, ...chosen];
  const byId = new Map<string, Held[]>();
  for (const one of all) byId.set(idOf(one), [...(byId.get(idOf(one)) ?? []), one]);
  return (
    [...byId.values()].every(isEnoughOfOne) &&
    world.slices.every((slice) => countersSuffice(slice, world, byId)) &&
    chosen.every((one) => chosen.every((other) => goTogether(one, other)))
  );
}

function heldBefore(world: ClaimsWorld, result: DeviceRequestAllocationResult): Held {
  const { driver, pool, device: name, consumedCapacity: capacity = {} } = result;
  const slice = world.slices.find(
    ({ spec }) => spec.pool.name === pool && spec.devices?.some((each) => each.name === name),
  );
  const device = slice?.spec.devices?.find((each) => each.name === name);
  if (!device) throw new Error(`there is no device ${name}`);
  const need = { claim: {} as ResourceClaim, request: '', capacity, suits: () => true };
  return { driver, pool, device, need };
}

function isEnoughOfOne(holders: readonly Held[]): boolean {
  const [{ device }] = holders as [Held];
  if (!device.allowMultipleAllocations) return holders.length === 1;
  return Object.entries(device.capacity ?? {}).every(([name, { value }]) => {
    const amounts = holders.map(({ need }) => gib(need.capacity[name] ?? value));
    return amounts.reduce((sum, amount) => sum + amount, 0) <= gib(value);
  });
}

function countersSuffice(
  { spec }: ResourceSlice,
  { slices }: ClaimsWorld,
  byId: ReadonlyMap<string, readonly Held[]>,
): boolean {
  return (spec.sharedCounters ?? []).every(({ name, counters }) =>
    Object.entries(counters).every(([counter, { value }]) => {
      const pool = slices.filter((each) => each.spec.pool.name === spec.pool.name);
      const used = pool.flatMap(({ spec: { driver, devices = [] } }) =>
        devices
          .filter((device) => byId.has(idOf({ driver, pool: spec.pool.name, device })))
          .flatMap(({ consumesCounters = [] }) => consumesCounters)
          .filter(({ counterSet }) => counterSet === name)
          .map((each) => gib(each.counters[counter]?.value)),
      );
      return used.reduce((sum, amount) => sum + amount, 0) <= gib(value);
    }),
  );
}

/** `matchAttribute` of their claim, if they are of one. */
function goTogether(one: Held, other: Held): boolean {
  if (one.need.claim !== other.need.claim) return true;
  return (one.need.claim.spec.devices?.constraints ?? []).every(({ matchAttribute = '' }) => {
    const attribute = matchAttribute.slice(matchAttribute.indexOf('/') + 1);
    const [a, b] = [one, other].map(({ device }) => device.attributes?.[attribute]?.int);
    return a !== undefined && a === b;
  });
}

/** Whether what the claims were given is theirs by right. */
export function isRightlyGiven(
  world: ClaimsWorld,
  wants: PodWants,
  given: Given,
  node: Node,
): boolean {
  const places = placesOn(world, node);
  const needs = wants.deviceClaims.flatMap((claim) => needsOf(world, claim, places)) as Need[];
  if (given.results.length !== needs.length) return false;
  const chosen = given.results.map((result, index): Held | undefined => {
    const place = places.find(
      ({ pool, device }) => pool === result.pool && device.name === result.device,
    );
    const need = needs[index];
    return place && need?.suits(place.device) ? { ...place, need } : undefined;
  });
  return !chosen.includes(undefined) && isConsistent(world, chosen as Held[]);
}
