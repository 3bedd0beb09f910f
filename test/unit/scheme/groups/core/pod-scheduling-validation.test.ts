import { describe } from '@jest/globals';
import { container, refused } from './pods.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

describe('scheduling is refused', () => {
  const affinity = (kind: string, when: string, terms: unknown): Record<string, unknown> => ({
    [`spec.affinity.${kind}.${when}`]: terms,
  });
  const node = (term: object): Record<string, unknown> =>
    affinity('nodeAffinity', REQUIRED, { nodeSelectorTerms: [term] });
  const at = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  const spread = (members: object): Record<string, unknown> => ({
    'spec.topologySpreadConstraints': [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...members },
    ],
  });
  const tolerate = (one: object): Record<string, unknown> => ({ 'spec.tolerations': [one] });
  refused([
    [
      'for a node selector that cannot be',
      { 'spec.nodeSelector': { a: 'b c' } },
      'spec.nodeSelector: Invalid value: "b c"',
    ],
    [
      'for no terms',
      affinity('nodeAffinity', REQUIRED, { nodeSelectorTerms: [] }),
      `${at}: Required value: must have at least one node selector term`,
    ],
    [
      'for In without values',
      node({ matchExpressions: [{ key: 'a', operator: 'In' }] }),
      `${at}[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
    ],
    [
      'for Exists with values',
      node({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }),
      `${at}[0].matchExpressions[0].values: Forbidden`,
    ],
    [
      'for Gt with two values',
      node({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1', '2'] }] }),
      "must be specified single value when `operator` is 'Lt' or 'Gt'",
    ],
    [
      'for an operator that is none',
      node({ matchExpressions: [{ key: 'a', operator: 'Is' }] }),
      `${at}[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator`,
    ],
    [
      'for a field that nodes cannot be chosen by',
      node({ matchFields: [{ key: 'spec.x', operator: 'In', values: ['a'] }] }),
      `${at}[0].matchFields[0].key: Invalid value: "spec.x": not a valid field selector key`,
    ],
    [
      'for a weight past 100',
      affinity('nodeAffinity', PREFERRED, [{ weight: 101, preference: {} }]),
      `spec.affinity.nodeAffinity.${PREFERRED}[0].weight: Invalid value: 101: must be in the range 1-100`,
    ],
    [
      'for Pods near Pods without a place',
      affinity('podAffinity', REQUIRED, [{ topologyKey: '' }]),
      `spec.affinity.podAffinity.${REQUIRED}[0].topologyKey: Required value: can not be empty`,
    ],
    [
      'for keys without a selector',
      affinity('podAntiAffinity', REQUIRED, [{ topologyKey: 'z', matchLabelKeys: ['a'] }]),
      `spec.affinity.podAntiAffinity.${REQUIRED}[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
    ],
    [
      'for Pods of a namespace that cannot be',
      affinity('podAffinity', REQUIRED, [{ topologyKey: 'z', namespaces: ['A'] }]),
      `spec.affinity.podAffinity.${REQUIRED}[0].namespace: Invalid value: "A"`,
    ],
    [
      'for a spread without skew',
      spread({ maxSkew: 0 }),
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
    ],
    [
      'for a spread of one kind twice',
      {
        'spec.topologySpreadConstraints': [1, 2].map((maxSkew) => ({
          maxSkew,
          topologyKey: 'z',
          whenUnsatisfiable: 'DoNotSchedule',
        })),
      },
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"',
    ],
    [
      'for domains of a wish',
      spread({ minDomains: 1, whenUnsatisfiable: 'ScheduleAnyway' }),
      'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
    ],
    [
      'for an action that is none',
      spread({ whenUnsatisfiable: 'Wait' }),
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Wait": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
    [
      'for a toleration of no key',
      tolerate({ operator: 'Equal' }),
      'operator must be Exists when `key` is empty, which means "match all values and all keys"'.replaceAll(
        '"',
        '"',
      ),
    ],
    [
      'for a toleration of anything with a value',
      tolerate({ key: 'a', operator: 'Exists', value: 'b' }),
      'spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
    ],
    [
      'for a toleration for a time of what does not evict',
      tolerate({ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 }),
      'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
    [
      'for a toleration of an unknown effect',
      tolerate({ key: 'a', operator: 'Exists', effect: 'Never' }),
      'spec.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    [
      'for a toleration by an unknown operator',
      tolerate({ key: 'a', operator: 'Like' }),
      'spec.tolerations[0].operator: Unsupported value: "Like": supported values: "Equal", "Exists"',
    ],
    [
      'for one gate twice',
      { 'spec.schedulingGates': [{ name: 'a' }, { name: 'a' }] },
      'spec.schedulingGates[1]: Duplicate value: "a"',
    ],
    [
      'for a node behind a gate',
      { 'spec.nodeName': 'node-1', 'spec.schedulingGates': [{ name: 'a' }] },
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
  ]);
});

describe('security is refused', () => {
  const own = (members: object): Record<string, unknown> => container({ securityContext: members });
  const at = 'spec.containers[0].securityContext';
  refused([
    [
      'for a user that cannot be',
      { 'spec.securityContext': { runAsUser: -1 } },
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive',
    ],
    [
      'for a group that cannot be',
      { 'spec.securityContext': { supplementalGroups: [-1] } },
      'spec.securityContext.supplementalGroups[0]: Invalid value: -1',
    ],
    [
      'for a privileged container that must not rise',
      own({ privileged: true, allowPrivilegeEscalation: false }),
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
    [
      'for an unmasked /proc on the users of the host',
      own({ procMount: 'Unmasked' }),
      `${at}.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
    ],
    [
      'for a local profile without a name',
      own({ seccompProfile: { type: 'Localhost' } }),
      `${at}.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`,
    ],
    [
      'for a name without a local profile',
      own({ appArmorProfile: { type: 'Unconfined', localhostProfile: 'a' } }),
      `${at}.appArmorProfile.localhostProfile: Invalid value: "a": can only be set when AppArmor type is Localhost`,
    ],
    [
      'for an unknown profile',
      own({ seccompProfile: { type: 'Some' } }),
      `${at}.seccompProfile.type: Unsupported value: "Some"`,
    ],
    [
      'for a setting that cannot be',
      { 'spec.securityContext': { sysctls: [{ name: 'a..b', value: '1' }] } },
      'spec.securityContext.sysctls[0].name: Invalid value: "a..b": must have at most 253 characters and match regex',
    ],
    [
      'for a setting of the host',
      {
        'spec.hostNetwork': true,
        'spec.securityContext': { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] },
      },
      "may not be specified when 'hostNetwork' is true",
    ],
    [
      'for one process namespace of two kinds',
      { 'spec.shareProcessNamespace': true, 'spec.hostPID': true },
      'ShareProcessNamespace and HostPID cannot both be enabled',
    ],
    [
      'for users of its own on the network of the host',
      { 'spec.hostUsers': false, 'spec.hostNetwork': true },
      'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
    ],
    [
      'for an operating system that is none',
      { 'spec.os': { name: 'plan9' } },
      'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"',
    ],
    [
      'for Linux settings on Windows',
      { 'spec.os': { name: 'windows' }, ...own({ privileged: true }) },
      `${at}.privileged: Forbidden: cannot be set for a windows pod`,
    ],
    [
      'for Windows settings on Linux',
      { 'spec.os': { name: 'linux' }, ...own({ windowsOptions: {} }) },
      `${at}.windowsOptions: Forbidden: windows options cannot be set for a linux pod`,
    ],
    [
      'for a process of the host without its network',
      own({ windowsOptions: { hostProcess: true } }),
      'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
    ],
    [
      'for a Windows user that cannot be',
      own({ windowsOptions: { runAsUserName: 'a\\b\\c' } }),
      'runAsUserName cannot contain more than one backslash',
    ],
    [
      'for a local profile outside',
      own({ seccompProfile: { type: 'Localhost', localhostProfile: '../a' } }),
      `${at}.seccompProfile.localhostProfile: Invalid value: "../a": must not contain '..'`,
    ],
  ]);
});
