import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../../field-error.ts';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
} from '../../../generated/types/core-v1.ts';
import { pushProblems } from '../../../metadata-validation.ts';
import { userIdProblems } from '../../../names.ts';
import { checkOneOf } from '../../checks.ts';
import { checkDescendingPath } from './paths.ts';
import { validateWindowsOptions } from './validate-windows.ts';

function checkId(id: number | undefined, path: string, errors: FieldError[]): void {
  if (id !== undefined) pushProblems(errors, path, id, userIdProblems(id));
}

/** Judges a container's own security context. `hostUsers` says that the Pod shares the node's users. */
export function validateSecurityContext(
  context: SecurityContext,
  path: string,
  errors: FieldError[],
  hostUsers: boolean,
): void {
  checkId(context.runAsUser, `${path}.runAsUser`, errors);
  checkId(context.runAsGroup, `${path}.runAsGroup`, errors);
  checkOneOf(context.procMount, ['Default', 'Unmasked'], `${path}.procMount`, errors);
  if (hostUsers && context.procMount === 'Unmasked') {
    const detail = '`hostUsers` must be false to use `Unmasked`';
    errors.push(invalid(`${path}.procMount`, context.procMount, detail));
  }
  if (context.allowPrivilegeEscalation === false) checkEscalation(context, path, errors);
  validateProfiles(context, path, errors);
}

function checkEscalation(context: SecurityContext, path: string, errors: FieldError[]): void {
  const refuse = (what: string): void => {
    const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
    errors.push(invalid(path, context, detail));
  };
  if (context.privileged) refuse('`privileged` to true');
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
}

function validateProfiles(
  context: SecurityContext | PodSecurityContext,
  path: string,
  errors: FieldError[],
): void {
  const { seccompProfile, appArmorProfile, windowsOptions } = context;
  if (seccompProfile) validateSeccomp(seccompProfile, `${path}.seccompProfile`, errors);
  if (appArmorProfile) validateAppArmor(appArmorProfile, `${path}.appArmorProfile`, errors);
  if (windowsOptions) validateWindowsOptions(windowsOptions, `${path}.windowsOptions`, errors);
}

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateSeccomp(
  { type, localhostProfile }: SeccompProfile,
  path: string,
  errors: FieldError[],
): void {
  if (!type) {
    errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  } else if (!PROFILE_TYPES.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
  }
  const field = `${path}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined) {
      errors.push(required(field, 'must be set when seccomp type is Localhost'));
    } else {
      checkDescendingPath(localhostProfile, field, errors);
    }
  } else if (localhostProfile !== undefined) {
    const detail = 'can only be set when seccomp type is Localhost';
    errors.push(invalid(field, localhostProfile, detail));
  }
}

/** PATH_MAX of Linux less the final NUL. */
const MAX_PROFILE_BYTES = 4095;

function validateAppArmor(
  { type, localhostProfile }: AppArmorProfile,
  path: string,
  errors: FieldError[],
): void {
  if (!type) {
    errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  } else if (!PROFILE_TYPES.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
  }
  const field = `${path}.localhostProfile`;
  if (type === 'Localhost') checkLocalProfile(localhostProfile, field, errors);
  else if (localhostProfile !== undefined) {
    const detail = 'can only be set when AppArmor type is Localhost';
    errors.push(invalid(field, localhostProfile, detail));
  }
}

function checkLocalProfile(profile: string | undefined, path: string, errors: FieldError[]): void {
  if (!profile?.trim()) {
    errors.push(required(path, 'must be set when AppArmor type is Localhost'));
    return;
  }
  if (profile !== profile.trim()) {
    errors.push(invalid(path, profile, 'must not be padded with whitespace'));
  }
  if (profile.length > MAX_PROFILE_BYTES) errors.push(tooLong(path, MAX_PROFILE_BYTES));
}

/** Judges the security context of the Pod as a whole. */
export function validatePodSecurityContext(
  context: PodSecurityContext,
  spec: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  checkId(context.fsGroup, `${path}.fsGroup`, errors);
  checkId(context.runAsUser, `${path}.runAsUser`, errors);
  checkId(context.runAsGroup, `${path}.runAsGroup`, errors);
  context.supplementalGroups?.forEach((id, index) => {
    checkId(id, `${path}.supplementalGroups[${index}]`, errors);
  });
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail));
  }
  if (context.sysctls) validateSysctls(context.sysctls, spec, `${path}.sysctls`, errors);
  const { fsGroupChangePolicy, supplementalGroupsPolicy, seLinuxChangePolicy } = context;
  const at = `${path}.fsGroupChangePolicy`;
  checkOneOf(fsGroupChangePolicy, ['Always', 'OnRootMismatch'], at, errors);
  const groups = `${path}.supplementalGroupsPolicy`;
  checkOneOf(supplementalGroupsPolicy, ['Merge', 'Strict'], groups, errors);
  const change = `${path}.seLinuxChangePolicy`;
  checkOneOf(seLinuxChangePolicy, ['MountOption', 'Recursive'], change, errors);
  validateProfiles(context, path, errors);
}

const MAX_SYSCTL_BYTES = 253;
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_NAME = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const IS_SYSCTL_NAME = new RegExp(SYSCTL_NAME);

function validateSysctls(
  sysctls: readonly Sysctl[],
  spec: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  sysctls.forEach(({ name }, index) => {
    const field = `${path}[${index}].name`;
    if (!name) errors.push(required(field));
    else if (name.length > MAX_SYSCTL_BYTES || !IS_SYSCTL_NAME.test(name)) {
      const detail = `must have at most ${MAX_SYSCTL_BYTES} characters and match regex ${SYSCTL_NAME}`;
      errors.push(invalid(field, name, detail));
    } else if (seen.has(name)) {
      errors.push({ type: 'FieldValueDuplicate', field, value: name, detail: '' });
    }
    seen.add(name);
    checkHostSysctl(name, spec, field, errors);
  });
}

/** A setting of a namespace that the Pod shares with its node is the node's. */
function checkHostSysctl(name: string, spec: PodSpec, path: string, errors: FieldError[]): void {
  const dotted = name.replaceAll('/', '.');
  if (spec.hostNetwork && dotted.startsWith('net.')) {
    errors.push(invalid(path, name, "may not be specified when 'hostNetwork' is true"));
  }
  const isIpc = /^(kernel\.(sem$|shm|msg)|fs\.mqueue\.)/.test(dotted);
  if (spec.hostIPC && isIpc) {
    errors.push(invalid(path, name, "may not be specified when 'hostIPC' is true"));
  }
}

/** A Pod with users of its own cannot share other namespaces with its node. */
export function validateHostUsers(spec: PodSpec, path: string, errors: FieldError[]): void {
  if (spec.hostUsers !== false) return;
  const detail = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork) errors.push(forbiddenField(`${path}.hostNetwork`, detail));
  if (spec.hostPID) errors.push(forbiddenField(`${path}.HostPID`, detail));
  if (spec.hostIPC) errors.push(forbiddenField(`${path}.HostIPC`, detail));
}
