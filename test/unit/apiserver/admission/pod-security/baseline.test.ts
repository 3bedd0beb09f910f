import { expect, test } from '@jest/globals';
import {
  type Case,
  containing,
  podOf,
  rows,
  violations,
} from '../../../../support/pod-security.ts';

const BASELINE: readonly Case[] = [
  ['an ordinary Pod', podOf({}), ''],
  ['a Pod without any context', podOf({ containers: [{ name: 'a' }] }), ''],
  ['the network of the node', podOf({ hostNetwork: true }), 'host namespaces (hostNetwork=true)'],
  ['the processes of the node', podOf({ hostPID: true }), 'host namespaces (hostPID=true)'],
  [
    'all namespaces of the node',
    podOf({ hostNetwork: true, hostPID: true, hostIPC: true }),
    'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
  ],
  ['hostNetwork: false', podOf({ hostNetwork: false }), ''],
  [
    'one privileged container',
    containing({ privileged: true }),
    'privileged (container "a" must not set securityContext.privileged=true)',
  ],
  [
    'two privileged containers of three',
    containing({ privileged: true }, {}, { privileged: true }),
    'privileged (containers "a", "c" must not set securityContext.privileged=true)',
  ],
  [
    'a privileged init container',
    podOf({ initContainers: [{ name: 'init', securityContext: { privileged: true } }] }),
    'privileged (container "init" must not set securityContext.privileged=true)',
  ],
  [
    'a privileged ephemeral container',
    podOf({ ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }] }),
    'privileged (container "debug" must not set securityContext.privileged=true)',
  ],
  ['a default capability', containing({ capabilities: { add: ['CHOWN', 'KILL'] } }), ''],
  [
    'capabilities beyond the default ones',
    containing({ capabilities: { add: ['SYS_TIME', 'CHOWN', 'NET_ADMIN'] } }),
    'non-default capabilities (container "a" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add)',
  ],
  [
    'a volume of the node',
    podOf({ volumes: [{ name: 'root', hostPath: { path: '/' } }] }),
    'hostPath volumes (volume "root")',
  ],
  [
    'two volumes of the node',
    podOf({
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'ok', emptyDir: {} },
        { name: 'w', hostPath: { path: '/' } },
      ],
    }),
    'hostPath volumes (volumes "v", "w")',
  ],
  [
    'a port of the node',
    podOf({ containers: [{ name: 'a', ports: [{ containerPort: 1, hostPort: 80 }] }] }),
    'hostPort (container "a" uses hostPort 80)',
  ],
  [
    'several ports of the node',
    podOf({
      containers: [
        { name: 'a', ports: [{ hostPort: 80 }, { hostPort: 443 }] },
        { name: 'b', ports: [{ hostPort: 80 }, { hostPort: 0 }] },
      ],
    }),
    'hostPort (containers "a", "b" use hostPorts 443, 80)',
  ],
  [
    'a probe of another host',
    podOf({ containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'metadata' } } }] }),
    'probe or lifecycle host (container "a" uses probe or lifecycle host "metadata")',
  ],
  [
    'a hook to another host, before the rule existed',
    podOf({ containers: [{ name: 'a', lifecycle: { preStop: { httpGet: { host: 'x' } } } }] }),
    '',
    33,
  ],
  [
    'hooks and probes of other hosts',
    podOf({
      containers: [
        { name: 'a', lifecycle: { preStop: { httpGet: { host: 'x' } } } },
        { name: 'b', startupProbe: { tcpSocket: { host: 'y' } } },
      ],
    }),
    'probe or lifecycle host (containers "a", "b" use probe or lifecycle hosts "x", "y")',
  ],
  [
    'an unmasked /proc',
    containing({ procMount: 'Unmasked' }),
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'an unmasked /proc with users of its own',
    podOf({
      hostUsers: false,
      containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }],
    }),
    '',
  ],
  [
    'an unmasked /proc with users of its own, in 1.34',
    podOf({
      hostUsers: false,
      containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }],
    }),
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    34,
  ],
  [
    'another SELinux type',
    containing({ seLinuxOptions: { type: 'spc_t' } }),
    'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "spc_t")',
  ],
  [
    'an engine among SELinux types',
    containing({ seLinuxOptions: { type: 'container_engine_t' } }),
    '',
  ],
  [
    'an engine among SELinux types, in 1.30',
    containing({ seLinuxOptions: { type: 'container_engine_t' } }),
    'seLinuxOptions (container "a" set forbidden securityContext.seLinuxOptions: type "container_engine_t")',
    30,
  ],
  [
    'SELinux user and role of the Pod',
    podOf({ securityContext: { seLinuxOptions: { user: 'u', role: 'r' } } }),
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set; role may not be set)',
  ],
  [
    'an unconfined seccomp profile',
    containing({ seccompProfile: { type: 'Unconfined' } }),
    'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'an unconfined seccomp profile of Pod and container',
    podOf({
      securityContext: { seccompProfile: { type: 'Unconfined' } },
      containers: [{ name: 'a', securityContext: { seccompProfile: { type: 'Unconfined' } } }],
    }),
    'seccompProfile (pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'a seccomp annotation, in 1.18',
    podOf({}, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' }),
    'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    18,
  ],
  [
    'a good seccomp annotation, in 1.18',
    podOf({}, { 'container.seccomp.security.alpha.kubernetes.io/a': 'localhost/x' }),
    '',
    18,
  ],
  [
    'an unconfined AppArmor profile',
    containing({ appArmorProfile: { type: 'Unconfined' } }),
    'forbidden AppArmor profile (container "a" must not set AppArmor profile type to "Unconfined")',
  ],
  [
    'an AppArmor annotation',
    podOf({}, { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' }),
    'forbidden AppArmor profile (annotation "container.apparmor.security.beta.kubernetes.io/a" must not set AppArmor profile type to "unconfined")',
  ],
  [
    'a good AppArmor annotation',
    podOf({}, { 'container.apparmor.security.beta.kubernetes.io/a': 'runtime/default' }),
    '',
  ],
  [
    'a safe sysctl',
    podOf({ securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] } }),
    '',
  ],
  [
    'unsafe sysctls',
    podOf({ securityContext: { sysctls: [{ name: 'kernel.msgmax' }, { name: 'vm.swappiness' }] } }),
    'forbidden sysctls (kernel.msgmax, vm.swappiness)',
  ],
  ...(
    [
      ['net.ipv4.ip_local_reserved_ports', 27],
      ['net.ipv4.tcp_keepalive_time', 29],
      ['net.ipv4.tcp_fin_timeout', 29],
      ['net.ipv4.tcp_keepalive_intvl', 29],
      ['net.ipv4.tcp_keepalive_probes', 29],
      ['net.ipv4.tcp_rmem', 32],
      ['net.ipv4.tcp_wmem', 32],
    ] as const
  ).flatMap(([name, since]): Case[] => {
    const pod = podOf({ securityContext: { sysctls: [{ name, value: '1' }] } });
    return [
      [`${name} before it was safe`, pod, `forbidden sysctls (${name})`, since - 1],
      [`${name} since it is safe`, pod, '', since],
    ];
  }),
  [
    'a Windows host process',
    podOf({ securityContext: { windowsOptions: { hostProcess: true } } }),
    'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
  ],
  [
    'several things at once, in the order of the rules',
    podOf({
      hostNetwork: true,
      volumes: [{ name: 'v', hostPath: { path: '/' } }],
      containers: [{ name: 'a', securityContext: { privileged: true } }],
    }),
    'host namespaces (hostNetwork=true), hostPath volumes (volume "v"), privileged (container "a" must not set securityContext.privileged=true)',
  ],
];

test.each(rows(BASELINE))('the baseline standard judges $what', ({ pod, expected, minor }) => {
  expect(violations(pod, 'baseline', minor)).toBe(expected);
});

const REFUSED = rows(BASELINE).filter(
  ({ expected, minor }) => expected !== '' && minor === undefined,
);

test.each(REFUSED)('the restricted standard refuses, as the baseline does, $what', ({ pod }) => {
  expect(violations(pod, 'restricted')).not.toBe('');
});

test.each(rows(BASELINE))('the privileged standard does not mind $what', ({ pod, minor }) => {
  expect(violations(pod, 'privileged', minor)).toBe('');
});
