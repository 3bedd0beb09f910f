/**
 * What a simulated Pod takes of its machine beside processors and memory: a pure function of the Pod and the time, as what
 * containers use. A Pod of which nothing says what it takes takes nothing.
 */

import type { Pod } from '../generated/types/core-v1.ts';
import { isSidecar } from '../resources-of-pod.ts';
import { declaredSwing, type Swing } from './container-usage.ts';
import { seedOf, waveAt } from './wave.ts';

/** On a Pod: what each container writes beside its volumes, a quantity (`2Gi`) or a range to swing in (`1Gi..4Gi`). */
export const ANNOTATION_USAGE_EPHEMERAL_STORAGE = 'orrery.dev/usage-ephemeral-storage';
/** On a Pod: how many files each container has written, and how many processes it has. */
export const ANNOTATION_USAGE_INODES = 'orrery.dev/usage-inodes';
export const ANNOTATION_USAGE_PIDS = 'orrery.dev/usage-pids';
/** On a Pod: what each emptyDir volume holds; with `.<volume>` appended, that one. */
export const ANNOTATION_USAGE_VOLUME = 'orrery.dev/usage-volume';

const PREFIXES = [
  ANNOTATION_USAGE_EPHEMERAL_STORAGE,
  ANNOTATION_USAGE_INODES,
  ANNOTATION_USAGE_PIDS,
  ANNOTATION_USAGE_VOLUME,
];
/** As memory, disks fill by the hour. */
const PERIOD_MS = 6 * 3_600_000;

export interface LocalUsage {
  /** What each container has written, in bytes. */
  readonly containers: ReadonlyMap<string, number>;
  /** What each emptyDir volume on the disk holds, in bytes. */
  readonly volumes: ReadonlyMap<string, number>;
  /** All of it. */
  readonly diskBytes: number;
  readonly inodes: number;
  readonly pids: number;
}

type Curves = readonly (readonly [name: string, swing: Swing])[];

interface PodCurves {
  readonly containers: Curves;
  readonly volumes: Curves;
  readonly inodes: Curves;
  readonly pids: Curves;
}

/** Worked out once for each version of a Pod; undefined of one that declares nothing. */
const curves = new WeakMap<Pod, PodCurves | undefined>();

/** What the Pod takes at `nowMs`; undefined when it does not run, or nothing says so. */
export function podLocalUsage(pod: Pod, nowMs: number): LocalUsage | undefined {
  if (pod.status?.phase !== 'Running' || !pod.metadata.annotations) return undefined;
  const known = curvesOf(pod);
  if (!known) return undefined;
  const seed = seedOf(pod.metadata.uid ?? '');
  const amounts = (list: Curves): Map<string, number> =>
    new Map(list.map(([name, swing]) => [name, amountAt(swing, seed, nowMs)]));
  const containers = amounts(known.containers);
  const volumes = amounts(known.volumes);
  return {
    containers,
    volumes,
    diskBytes: sumOf(containers) + sumOf(volumes),
    inodes: sumOf(amounts(known.inodes)),
    pids: sumOf(amounts(known.pids)),
  };
}

/** The most that each container and each volume of the Pod ever takes of the disk. */
export function mostLocalUsage(pod: Pod): Pick<LocalUsage, 'containers' | 'volumes'> | undefined {
  const known = pod.metadata.annotations && curvesOf(pod);
  if (!known) return undefined;
  const most = (list: Curves): Map<string, number> =>
    new Map(list.map(([name, { high }]) => [name, high]));
  return { containers: most(known.containers), volumes: most(known.volumes) };
}

function curvesOf(pod: Pod): PodCurves | undefined {
  if (!curves.has(pod)) curves.set(pod, declaresLocalUsage(pod) ? madeCurves(pod) : undefined);
  return curves.get(pod);
}

function declaresLocalUsage({ metadata: { annotations = {} } }: Pod): boolean {
  return Object.keys(annotations).some((key) =>
    PREFIXES.some((prefix) => key === prefix || key.startsWith(`${prefix}.`)),
  );
}

function madeCurves(pod: Pod): PodCurves {
  const { containers = [], initContainers = [], volumes = [] } = pod.spec ?? {};
  const sidecars = initContainers.filter(isSidecar);
  const names = [...containers, ...sidecars].map(({ name }) => name);
  const directories = volumes
    .filter(({ emptyDir }) => emptyDir && emptyDir.medium !== 'Memory')
    .map(({ name }) => name);
  const curvesFor = (annotation: string, of: readonly string[]): Curves =>
    of.flatMap((name) => {
      const swing = declaredSwing(pod, annotation, name);
      return swing ? [[name, swing] as const] : [];
    });
  return {
    containers: curvesFor(ANNOTATION_USAGE_EPHEMERAL_STORAGE, names),
    volumes: curvesFor(ANNOTATION_USAGE_VOLUME, directories),
    inodes: curvesFor(ANNOTATION_USAGE_INODES, names),
    pids: curvesFor(ANNOTATION_USAGE_PIDS, names),
  };
}

function amountAt({ high, low }: Swing, seed: number, nowMs: number): number {
  return low === high ? low : Math.round(low + (high - low) * waveAt(seed, nowMs, PERIOD_MS));
}

function sumOf(amounts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const amount of amounts.values()) sum += amount;
  return sum;
}
