/**
 * The rules of the baseline standard: what is known to lift a Pod's privileges is refused.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
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

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const defaultCapabilities: Check = (pod) => {
  const addedBy = (container: ReturnType<typeof containersOf>[number]): string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter(
      (capability) => !DEFAULT_CAPABILITIES.has(capability),
    );
  const bad = containersOf(pod).filter((container) => addedBy(container).length > 0);
  if (bad.length === 0) return undefined;
  const added = quoted(sorted(bad.flatMap(addedBy)));
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(namesOf(bad))} must not include ${added} in securityContext.capabilities.add`,
  };
};

export const hostNamespaces: Check = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  if (shared.length === 0) return undefined;
  return {
    reason: 'host namespaces',
    detail: shared.map((field) => `${field}=true`).join(', '),
  };
};

export const hostPathVolumes: Check = ({ spec }) => {
  const volumes = (spec.volumes ?? []).filter(({ hostPath }) => hostPath);
  if (volumes.length === 0) return undefined;
  const names = volumes.map(({ name }) => name);
  return {
    reason: 'hostPath volumes',
    detail: `${plural('volume', names.length)} ${quoted(names)}`,
  };
};

export const hostPorts: Check = (pod) => {
  const bad = containersOf(pod).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort));
  if (bad.length === 0) return undefined;
  const ports = sorted(
    bad.flatMap(({ ports = [] }) =>
      ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : [])),
    ),
  );
  const use = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${containersText(namesOf(bad))} ${use} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
};

/** A probe of another host would be a request that the node sends on the Pod's behalf. */
export const hostProbes: Check = (pod) => {
  const hostsOf = (container: ReturnType<typeof containersOf>[number]): string[] => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host) => host !== undefined && host !== '') as string[];
  };
  const bad = containersOf(pod).filter((container) => hostsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const hosts = sorted(bad.flatMap(hostsOf));
  const use = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(namesOf(bad))} ${use} ${plural('probe or lifecycle host', hosts.length)} ${quoted(hosts)}`,
  };
};

export const privileged: Check = (pod) => {
  const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.privileged);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersText(namesOf(bad))} must not set securityContext.privileged=true`,
  };
};

export const defaultProcMount: Check = (pod) => {
  const bad = containersOf(pod).filter(
    ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default',
  );
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map(({ securityContext }) => securityContext?.procMount ?? ''));
  return {
    reason: 'procMount',
    detail: `${containersText(namesOf(bad))} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function createSeLinuxCheck(types: readonly string[]): Check {
  return (pod) => {
    const settings = settingsOf(pod, ({ seLinuxOptions }) => seLinuxOptions);
    const { isPod, names, values } = offenders(
      settings,
      ({ type = '', user, role }) => !types.includes(type) || Boolean(user) || Boolean(role),
    );
    if (values.length === 0) return undefined;
    const badTypes = sorted(
      values.map(({ type = '' }) => type).filter((type) => !types.includes(type)),
    );
    const data = [
      ...(badTypes.length > 0 ? [`${plural('type', badTypes.length)} ${quoted(badTypes)}`] : []),
      ...(values.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(values.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${settersText(isPod, names)} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
    };
  };
}

export const seLinuxOptions = createSeLinuxCheck(SELINUX_TYPES);
/** Engines that run containers within a container. */
export const seLinuxOptionsSince31 = createSeLinuxCheck([...SELINUX_TYPES, 'container_engine_t']);

const SYSCTLS_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function createSysctlCheck(names: readonly string[]): Check {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).filter(({ name }) => !names.includes(name));
    if (bad.length === 0) return undefined;
    return { reason: 'forbidden sysctls', detail: bad.map(({ name }) => name).join(', ') };
  };
}

export const sysctls = createSysctlCheck(SYSCTLS_0);
export const sysctlsSince27 = createSysctlCheck(SYSCTLS_27);
export const sysctlsSince29 = createSysctlCheck(SYSCTLS_29);
export const sysctlsSince32 = createSysctlCheck(SYSCTLS_32);

export const windowsHostProcess: Check = (pod) => {
  const settings = settingsOf(pod, ({ windowsOptions }) => windowsOptions?.hostProcess);
  const { isPod, names, values } = offenders(settings, (value) => value);
  if (values.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${settersText(isPod, names)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};
