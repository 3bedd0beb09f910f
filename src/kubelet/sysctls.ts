/** Which kernel parameters a kubelet lets Pods set: those that no other Pod feels, and what its node allows beside. Pure. */
import type { Node, PodSpec } from '../scheme/generated/types/core-v1.ts';

/** On a Node: parameters that its Pods may set though others may feel it: `kernel.msg*,net.core.somaxconn`. @default none */
const ANNOTATION_ALLOWED_UNSAFE_SYSCTLS = 'orrery.dev/allowed-unsafe-sysctls';

const SAFE: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

/** The namespaces of the kernel that a Pod can have to itself, and the parameters that are of them. */
const NAMESPACES = {
  ipc: /^(kernel\.sem|kernel\.shm.*|kernel\.msg.*|fs\.mqueue\..*)$/,
  net: /^net\..*$/,
} as const;

/** Why the node refuses a parameter that the Pod sets, in the words of the kubelet; undefined when it refuses none. */
export function forbiddenSysctl(spec: PodSpec | undefined, node: Node): string | undefined {
  const sysctls = spec?.securityContext?.sysctls ?? [];
  if (sysctls.length === 0) return undefined;
  const declared = node.metadata.annotations?.[ANNOTATION_ALLOWED_UNSAFE_SYSCTLS] ?? '';
  const allowed = [...SAFE, ...declared.split(',').map((pattern) => pattern.trim())];
  for (const { name } of sysctls) {
    // A Pod may write slashes in place of dots.
    const dotted = name.replaceAll('/', '.');
    const why = isShared(dotted, spec) ?? notAllowed(dotted, allowed);
    if (why) return `forbidden sysctl: "${name}" ${why}`;
  }
  return undefined;
}

function isShared(name: string, spec: PodSpec | undefined): string | undefined {
  if (NAMESPACES.net.test(name) && spec?.hostNetwork) return 'not allowed with host net enabled';
  if (NAMESPACES.ipc.test(name) && spec?.hostIPC) return 'not allowed with host ipc enabled';
  return undefined;
}

function notAllowed(name: string, allowed: readonly string[]): string | undefined {
  const isOwn = Object.values(NAMESPACES).some((pattern) => pattern.test(name));
  const isNamed = allowed.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  return isOwn && isNamed ? undefined : 'not allowlisted';
}
