import type { Stability } from './resource.ts';

/** `v1alpha1` is alpha, `v2beta3` is beta, everything else stable. */
export function stabilityOf(version: string): Stability {
  if (/^v\d+alpha\d+$/.test(version)) return 'alpha';
  return /^v\d+beta\d+$/.test(version) ? 'beta' : 'stable';
}

/**
 * Kubernetes' order of versions, best first: stable before beta before alpha, then higher numbers first, then the names
 * that are no such versions by alphabet.
 */
export function compareVersions(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  for (let i = 0; i < left.length; i++) {
    const difference = (right[i] as number) - (left[i] as number);
    if (difference !== 0) return difference;
  }
  return compareText(a, b);
}

const STAGE_RANKS = { alpha: 1, beta: 2 } as const;
const STABLE_RANK = 3;

/** Stage, major and minor of a version; zeros for what is none. */
function rank(version: string): readonly [number, number, number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [0, 0, 0];
  const stage = match[2] as keyof typeof STAGE_RANKS | undefined;
  return [stage ? STAGE_RANKS[stage] : STABLE_RANK, Number(match[1]), Number(match[3] ?? 0)];
}

/** Groups in the order in which Kubernetes lists them in discovery; a short name taken twice means the first. */
const GROUP_ORDER: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'storagemigration.k8s.io',
  'extensions',
];

/** Built-in groups in Kubernetes' order, then the others by alphabet. */
export function compareGroups(a: string, b: string): number {
  return groupRank(a) - groupRank(b) || compareText(a, b);
}

function groupRank(group: string): number {
  const index = GROUP_ORDER.indexOf(group);
  return index < 0 ? GROUP_ORDER.length : index;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
