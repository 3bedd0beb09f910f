import { type FieldError, forbiddenField, invalid } from '../../../field-error.ts';
import type { PodSpec, WindowsSecurityContextOptions } from '../../../generated/types/core-v1.ts';
import { checkDnsSubdomain } from '../../checks.ts';
import { containersWithPaths } from './containers-with-paths.ts';

const MAX_CREDENTIAL_KIB = 64;
const MAX_DOMAIN_CHARACTERS = 256;
const MAX_USER_CHARACTERS = 104;

const NET_BIOS_DOMAIN = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_DOMAIN =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

export function validateWindowsOptions(
  options: WindowsSecurityContextOptions,
  path: string,
  errors: FieldError[],
): void {
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    checkDnsSubdomain(gmsaCredentialSpecName, `${path}.gmsaCredentialSpecName`, errors);
  }
  const field = `${path}.gmsaCredentialSpec`;
  if (gmsaCredentialSpec === '') {
    errors.push(invalid(field, '', 'gmsaCredentialSpec cannot be an empty string'));
  } else if ((gmsaCredentialSpec?.length ?? 0) > MAX_CREDENTIAL_KIB * 1024) {
    const detail = `gmsaCredentialSpec size must be under ${MAX_CREDENTIAL_KIB} KiB`;
    errors.push(invalid(field, gmsaCredentialSpec, detail));
  }
  if (runAsUserName === undefined) return;
  for (const problem of userNameProblems(runAsUserName)) {
    errors.push(invalid(`${path}.runAsUserName`, runAsUserName, problem));
  }
}

/** `user` or `domain\user`. */
function userNameProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [user = '', domain] = parts.reverse();
  return [...(domain === undefined ? [] : domainProblems(domain)), ...userProblems(user)];
}

function domainProblems(domain: string): string[] {
  const problems: string[] = [];
  if (domain.length >= MAX_DOMAIN_CHARACTERS) {
    problems.push(
      `runAsUserName's Domain length must be under ${MAX_DOMAIN_CHARACTERS} characters`,
    );
  }
  if (!NET_BIOS_DOMAIN.test(domain) && !DNS_DOMAIN.test(domain)) {
    problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  return problems;
}

function userProblems(user: string): string[] {
  const problems: string[] = [];
  if (user === '') problems.push("runAsUserName's User cannot be empty");
  if (user.length > MAX_USER_CHARACTERS) {
    const bound = `must not be longer than ${MAX_USER_CHARACTERS} characters`;
    problems.push(`runAsUserName's User length ${bound}`);
  }
  if (/^[. ]+$/.test(user)) {
    problems.push("runAsUserName's User cannot contain only periods or spaces");
  }
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    const characters = '"/\\:;|=,+*?<>@[]';
    problems.push(`runAsUserName's User cannot contain the following characters: ${characters}`);
  }
  return problems;
}

/** Host processes of Windows come in whole Pods, on the network of the host. */
export function validateHostProcesses(spec: PodSpec, path: string, errors: FieldError[]): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let containers = 0;
  let hostProcesses = 0;
  for (const [{ securityContext }, at] of containersWithPaths(spec, path)) {
    containers++;
    const own = securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? ofPod) hostProcesses++;
  }
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', detail));
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(`${path}.hostNetwork`, false, detail));
  }
}

const FORBIDDEN_IN_POD = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const FORBIDDEN_IN_SPEC = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;
const FORBIDDEN_IN_CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** Judges what a Pod may not ask for on the operating system that it names. */
export function validateForOs(spec: PodSpec, path: string, errors: FieldError[]): void {
  if (spec.os?.name === 'windows') validateForWindows(spec, path, errors);
  if (spec.os?.name === 'linux') validateForLinux(spec, path, errors);
}

function validateForWindows(spec: PodSpec, path: string, errors: FieldError[]): void {
  const detail = 'cannot be set for a windows pod';
  const refuse = (at: string, names: readonly string[], values: object | undefined): void => {
    for (const name of names) {
      const value = (values as Record<string, unknown> | undefined)?.[name];
      if (value !== undefined) errors.push(forbiddenField(`${at}.${name}`, detail));
    }
  };
  refuse(`${path}.securityContext`, FORBIDDEN_IN_POD, spec.securityContext);
  refuse(path, FORBIDDEN_IN_SPEC, spec);
  for (const [{ securityContext }, at] of containersWithPaths(spec, path)) {
    refuse(`${at}.securityContext`, FORBIDDEN_IN_CONTAINER, securityContext);
  }
}

function validateForLinux(spec: PodSpec, path: string, errors: FieldError[]): void {
  const detail = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions) {
    errors.push(forbiddenField(`${path}.securityContext.windowsOptions`, detail));
  }
  for (const [{ securityContext }, at] of containersWithPaths(spec, path)) {
    if (!securityContext?.windowsOptions) continue;
    errors.push(forbiddenField(`${at}.securityContext.windowsOptions`, detail));
  }
}
