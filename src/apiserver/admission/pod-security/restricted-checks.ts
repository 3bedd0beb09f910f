/**
 * The rules of the restricted standard: what a Pod may do without is taken away.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
import type { Volume } from '../../../scheme/generated/types/core-v1.ts';
import {
  type Check,
  containersOf,
  containersText,
  namesOf,
  offenders,
  plural,
  quoted,
  settersText,
  settingsOf,
  sorted,
} from './violation.ts';

/** Windows knows nothing of what the rule is about. */
export function exceptWindows(check: Check): Check {
  return (pod) => (pod.spec.os?.name === 'windows' ? undefined : check(pod));
}

/** Root in a user namespace of its own is nobody outside of it. */
export function exceptOwnUsers(check: Check): Check {
  return (pod) => (pod.spec.hostUsers === false ? undefined : check(pod));
}

export const noPrivilegeEscalation: Check = (pod) => {
  const bad = containersOf(pod).filter(
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(namesOf(bad))} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

export const droppedCapabilities: Check = (pod) => {
  const containers = containersOf(pod);
  const keeping = containers.filter(
    ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'),
  );
  const addedBy = ({ securityContext }: (typeof containers)[number]): string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = containers.filter((container) => addedBy(container).length > 0);
  const details: string[] = [];
  if (keeping.length > 0) {
    details.push(
      `${containersText(namesOf(keeping))} must set securityContext.capabilities.drop=["ALL"]`,
    );
  }
  if (adding.length > 0) {
    const added = quoted(sorted(adding.flatMap(addedBy)));
    details.push(
      `${containersText(namesOf(adding))} must not include ${added} in securityContext.capabilities.add`,
    );
  }
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const ORDINARY_VOLUMES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const restrictedVolumes: Check = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(
    (volume) => !ORDINARY_VOLUMES.some((type) => volume[type]),
  );
  if (bad.length === 0) return undefined;
  const names = sorted(bad.map(({ name }) => name));
  const types = sorted(bad.map(typeOf));
  const use = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', names.length)} ${quoted(names)} ${use} ${plural('restricted volume type', types.length)} ${quoted(types)}`,
  };
};

function typeOf(volume: Volume): string {
  const { name: _, ...source } = volume;
  return Object.keys(source)[0] ?? 'unknown';
}

export const runAsNonRoot: Check = (pod) => {
  const settings = settingsOf(pod, ({ runAsNonRoot: isNonRoot }) => isNonRoot);
  const { isPod, names, values } = offenders(settings, (value) => !value);
  const reason = 'runAsNonRoot != true';
  if (values.length > 0) {
    const setters = settersText(isPod, names);
    return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  }
  if (settings.pod) return undefined;
  const silent = settings.containers.filter(({ value }) => value === undefined);
  if (silent.length === 0) return undefined;
  const containers = containersText(silent.map(({ name }) => name));
  return { reason, detail: `pod or ${containers} must set securityContext.runAsNonRoot=true` };
};

export const runAsUser: Check = (pod) => {
  const settings = settingsOf(pod, ({ runAsUser: user }) => user);
  const { isPod, names, values } = offenders(settings, (user) => user === 0);
  if (values.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${settersText(isPod, names)} must not set runAsUser=0` };
};
