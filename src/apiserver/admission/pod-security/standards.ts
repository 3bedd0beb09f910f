import {
  defaultCapabilities,
  defaultProcMount,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  seLinuxOptions,
  seLinuxOptionsSince31,
  sysctls,
  sysctlsSince27,
  sysctlsSince29,
  sysctlsSince32,
  windowsHostProcess,
} from './baseline-checks.ts';
import type { LevelVersion } from './policy.ts';
import {
  appArmorProfile,
  requiredSeccompProfile,
  seccompAnnotations,
  seccompProfile,
} from './profile-checks.ts';
import {
  droppedCapabilities,
  exceptOwnUsers,
  exceptWindows,
  noPrivilegeEscalation,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
} from './restricted-checks.ts';
import type { Check, PodLike, Violation } from './violation.ts';

/** A rule as it has changed: of `[minor, check]` the last that is not newer than the wanted version holds. */
interface VersionedCheck {
  readonly id: string;
  readonly versions: readonly (readonly [minor: number, check: Check])[];
  /** Rules of the baseline that this one says more strictly. */
  readonly replaces?: readonly string[];
}

const BASELINE: readonly VersionedCheck[] = [
  { id: 'appArmorProfile', versions: [[0, appArmorProfile]] },
  { id: 'capabilities_baseline', versions: [[0, defaultCapabilities]] },
  { id: 'hostNamespaces', versions: [[0, hostNamespaces]] },
  { id: 'hostPathVolumes', versions: [[0, hostPathVolumes]] },
  { id: 'hostPorts', versions: [[0, hostPorts]] },
  { id: 'hostProbesAndHostLifecycle', versions: [[34, hostProbes]] },
  { id: 'privileged', versions: [[0, privileged]] },
  {
    id: 'procMount',
    versions: [
      [0, defaultProcMount],
      [35, exceptOwnUsers(defaultProcMount)],
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      [0, seLinuxOptions],
      [31, seLinuxOptionsSince31],
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      [0, seccompAnnotations],
      [19, seccompProfile],
    ],
  },
  {
    id: 'sysctls',
    versions: [
      [0, sysctls],
      [27, sysctlsSince27],
      [29, sysctlsSince29],
      [32, sysctlsSince32],
    ],
  },
  { id: 'windowsHostProcess', versions: [[0, windowsHostProcess]] },
];

const RESTRICTED: readonly VersionedCheck[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      [8, noPrivilegeEscalation],
      [25, exceptWindows(noPrivilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      [22, droppedCapabilities],
      [25, exceptWindows(droppedCapabilities)],
    ],
    replaces: ['capabilities_baseline'],
  },
  { id: 'procMount_restricted', versions: [[35, defaultProcMount]], replaces: ['procMount'] },
  {
    id: 'restrictedVolumes',
    versions: [[0, restrictedVolumes]],
    replaces: ['hostPathVolumes'],
  },
  {
    id: 'runAsNonRoot',
    versions: [
      [0, runAsNonRoot],
      [35, exceptOwnUsers(runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      [23, runAsUser],
      [35, exceptOwnUsers(runAsUser)],
    ],
  },
  {
    id: 'seccompProfile_restricted',
    versions: [
      [19, requiredSeccompProfile],
      [25, exceptWindows(requiredSeccompProfile)],
    ],
    replaces: ['seccompProfile_baseline'],
  },
];

/** The checks that a level means in a version, baseline first, each in the order of its id. */
function checksOf({ level, minor }: LevelVersion): readonly Check[] {
  if (level === 'privileged') return [];
  const restricted = level === 'restricted' ? RESTRICTED.filter(exists) : [];
  const replaced = new Set(restricted.flatMap(({ replaces = [] }) => replaces));
  const baseline = BASELINE.filter((check) => exists(check) && !replaced.has(check.id));
  return [...baseline, ...restricted].map(at);

  function exists({ versions }: VersionedCheck): boolean {
    return versions.some(([since]) => since <= minor);
  }
  function at({ versions }: VersionedCheck): Check {
    const known = versions.filter(([since]) => since <= minor);
    return (known.at(-1) as (typeof known)[number])[1];
  }
}

const compiled = new Map<string, readonly Check[]>();

/** What of the standard `wanted` the Pod does not meet; empty when it meets it. */
export function violationsOf(pod: PodLike, wanted: LevelVersion): readonly Violation[] {
  const key = `${wanted.level}:${wanted.minor}`;
  const checks = compiled.get(key) ?? checksOf(wanted);
  compiled.set(key, checks);
  return checks.flatMap((check) => check(pod) ?? []);
}

/** `privileged (container "a" must not …), hostPort (…)` */
export function detailsOf(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

export function reasonsOf(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}
