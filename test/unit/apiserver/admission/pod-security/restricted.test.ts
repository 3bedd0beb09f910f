import { expect, test } from '@jest/globals';
import {
  type Case,
  containing,
  MODEST,
  podOf,
  rows,
  violations,
} from '../../../../support/pod-security.ts';

const NONE = { name: 'a' };
const NO_ESCALATION =
  'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)';
const DROP_ALL =
  'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])';
const NON_ROOT =
  'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)';
const SECCOMP =
  'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

const RESTRICTED: readonly Case[] = [
  ['a modest Pod', podOf({}), ''],
  [
    'a Pod that says nothing',
    podOf({ containers: [NONE] }),
    `${NO_ESCALATION}, ${DROP_ALL}, ${NON_ROOT}, ${SECCOMP}`,
  ],
  [
    'a Pod that says nothing, in 1.21',
    podOf({ containers: [NONE] }),
    `${NO_ESCALATION}, ${NON_ROOT}, ${SECCOMP}`,
    21,
  ],
  [
    'a Pod that says nothing, in 1.18',
    podOf({ containers: [NONE] }),
    `${NO_ESCALATION}, ${NON_ROOT}`,
    18,
  ],
  ['a Pod that says nothing, in 1.7', podOf({ containers: [NONE] }), NON_ROOT, 7],
  [
    'a Windows Pod that says nothing',
    podOf({ os: { name: 'windows' }, containers: [NONE] }),
    NON_ROOT,
  ],
  [
    'a Windows Pod that says nothing, in 1.24',
    podOf({ os: { name: 'windows' }, containers: [NONE] }),
    `${NO_ESCALATION}, ${DROP_ALL}, ${NON_ROOT}, ${SECCOMP}`,
    24,
  ],
  [
    'a Pod that says it for its containers',
    podOf({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost' } },
      containers: [
        {
          name: 'a',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    }),
    '',
  ],
  [
    'NET_BIND_SERVICE',
    containing({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
    '',
  ],
  [
    'another default capability',
    containing({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
    'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  [
    'a capability that nobody drops',
    containing({ capabilities: { add: ['CHOWN'] } }),
    'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "CHOWN" in securityContext.capabilities.add)',
  ],
  ['some dropped capabilities', containing({ capabilities: { drop: ['NET_RAW'] } }), DROP_ALL],
  ['an allowed escalation', containing({ allowPrivilegeEscalation: true }), NO_ESCALATION],
  [
    'root by the container',
    containing({ runAsNonRoot: false }),
    'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
  ],
  [
    'root by the Pod, and the container that does not mind',
    podOf({ securityContext: { runAsNonRoot: false } }),
    'runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
  ],
  ['user 0', containing({ runAsUser: 0 }), 'runAsUser=0 (container "a" must not set runAsUser=0)'],
  ['user 0, in 1.22', containing({ runAsUser: 0 }), '', 22],
  [
    'user 0 by the Pod and two containers',
    podOf({
      securityContext: { runAsUser: 0 },
      containers: ['a', 'b'].map((name) => ({
        name,
        securityContext: { ...MODEST.securityContext, runAsUser: 0 },
      })),
    }),
    'runAsUser=0 (pod and containers "a", "b" must not set runAsUser=0)',
  ],
  [
    'root among users of its own',
    podOf({
      hostUsers: false,
      containers: [
        {
          ...MODEST,
          securityContext: { ...MODEST.securityContext, runAsNonRoot: false, runAsUser: 0 },
        },
      ],
    }),
    '',
  ],
  [
    'an unmasked /proc among users of its own',
    podOf({
      hostUsers: false,
      containers: [
        { ...MODEST, securityContext: { ...MODEST.securityContext, procMount: 'Unmasked' } },
      ],
    }),
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'an unconfined profile, told once',
    containing({ seccompProfile: { type: 'Unconfined' } }),
    'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'volumes of the node, told once',
    podOf({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    'restricted volume types (volume "v" uses restricted volume type "hostPath")',
  ],
  [
    'volumes of several restricted types',
    podOf({
      volumes: [
        { name: 'v', nfs: {} },
        { name: 'u', iscsi: {} },
        { name: 't', secret: {} },
      ],
    }),
    'restricted volume types (volumes "u", "v" use restricted volume types "iscsi", "nfs")',
  ],
  ...[
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ].map((type): Case => [`a ${type} volume`, podOf({ volumes: [{ name: 'v', [type]: {} }] }), '']),
  ...['gcePersistentDisk', 'nfs', 'rbd', 'cephfs', 'fc', 'flexVolume', 'azureDisk', 'image'].map(
    (type): Case => [
      `a ${type} volume`,
      podOf({ volumes: [{ name: 'v', [type]: {} }] }),
      `restricted volume types (volume "v" uses restricted volume type "${type}")`,
    ],
  ),
];

test.each(rows(RESTRICTED))('the restricted standard judges $what', ({ pod, expected, minor }) => {
  expect(violations(pod, 'restricted', minor)).toBe(expected);
});
