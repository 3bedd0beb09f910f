/** The rules about seccomp and AppArmor profiles: fields today, annotations before there were fields. */
import {
  type Check,
  containersOf,
  containersText,
  offenders,
  type PodLike,
  plural,
  quoted,
  settersText,
  settingsOf,
  sorted,
  type Violation,
} from './violation.ts';

const CONFINED = new Set(['RuntimeDefault', 'Localhost']);

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP_WORDS = new Set(['runtime/default', 'docker/default']);
const LOCALHOST_PREFIX = 'localhost/';

export const appArmorProfile: Check = (pod) => {
  const settings = settingsOf(pod, ({ appArmorProfile: profile }) => profile?.type);
  const { isPod, names, values } = offenders(settings, (type) => !CONFINED.has(type));
  const annotations = Object.entries(pod.metadata?.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && !isAppArmorWord(value))
    .sort();
  if (values.length === 0 && annotations.length === 0) return undefined;
  const keys = annotations.map(([key]) => key);
  const fields = settersText(isPod, names);
  const setters = [
    ...(fields ? [fields] : []),
    ...(keys.length > 0 ? [`${plural('annotation', keys.length)} ${quoted(keys)}`] : []),
  ].join(' and ');
  const bad = sorted([...values, ...annotations.map(([, value]) => value)]);
  return {
    reason: plural('forbidden AppArmor profile', bad.length),
    detail: `${setters} must not set AppArmor profile type to ${quoted(bad)}`,
  };
};

function isAppArmorWord(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith(LOCALHOST_PREFIX);
}

/** Until 1.19: the annotations. */
export const seccompAnnotations: Check = (pod) => {
  const annotations = pod.metadata?.annotations ?? {};
  const keys = [
    SECCOMP_POD_ANNOTATION,
    ...containersOf(pod).map(({ name }) => `${SECCOMP_CONTAINER_ANNOTATION}${name}`),
  ];
  const bad = sorted(keys.filter((key) => key in annotations && !isSeccompWord(annotations[key])));
  if (bad.length === 0) return undefined;
  const set = bad.map((key) => `${key}=${JSON.stringify(annotations[key])}`).join(', ');
  return {
    reason: 'seccompProfile',
    detail: `forbidden ${plural('annotation', bad.length)} ${set}`,
  };
};

function isSeccompWord(value = ''): boolean {
  return SECCOMP_WORDS.has(value) || value.startsWith(LOCALHOST_PREFIX);
}

/** Nobody asks to be unconfined. */
export const seccompProfile: Check = (pod) => refusedSeccomp(pod);

function refusedSeccomp(pod: PodLike): Violation | undefined {
  const settings = settingsOf(pod, ({ seccompProfile: profile }) => profile?.type);
  const { isPod, names, values } = offenders(settings, (type) => !CONFINED.has(type));
  if (values.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${settersText(isPod, names)} must not set securityContext.seccompProfile.type to ${quoted(sorted(values))}`,
  };
}

/** Everybody is confined, by the Pod or by themselves. */
export const requiredSeccompProfile: Check = (pod) => {
  const refused = refusedSeccomp(pod);
  if (refused) return refused;
  const settings = settingsOf(pod, ({ seccompProfile: profile }) => profile);
  if (settings.pod) return undefined;
  const silent = settings.containers.filter(({ value }) => value === undefined);
  if (silent.length === 0) return undefined;
  const names = silent.map(({ name }) => name);
  return {
    reason: 'seccompProfile',
    detail: `pod or ${containersText(names)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};
