import { describe, expect, test } from '@jest/globals';
import { container, errorsOf, refused } from './pods.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

describe('a Windows container', () => {
  const options = (members: object): Record<string, unknown> =>
    container({ securityContext: { windowsOptions: members } });

  test.each(['user', 'DOMAIN\\user', 'example.com\\user'])('runs as %s', (runAsUserName) => {
    expect(
      errorsOf(
        options({ runAsUserName, gmsaCredentialSpecName: 'spec', gmsaCredentialSpec: '{}' }),
      ),
    ).toBe('');
  });

  refused([
    [
      'does not run as nobody',
      options({ runAsUserName: '' }),
      'runAsUserName cannot be an empty string',
    ],
    [
      'does not run as a control character',
      options({ runAsUserName: 'a\tb' }),
      'runAsUserName cannot contain control characters',
    ],
    [
      'does not run as a user of an endless domain',
      options({ runAsUserName: `${'a'.repeat(256)}\\u` }),
      "runAsUserName's Domain length must be under 256 characters",
    ],
    [
      'does not run as a user of a bad domain',
      options({ runAsUserName: 'a:b\\u' }),
      "doesn't match the NetBios nor the DNS format",
    ],
    [
      'does not run as nobody of a domain',
      options({ runAsUserName: 'a\\' }),
      "runAsUserName's User cannot be empty",
    ],
    [
      'does not run as an endless user',
      options({ runAsUserName: 'u'.repeat(105) }),
      "runAsUserName's User length must not be longer than 104 characters",
    ],
    [
      'does not run as dots',
      options({ runAsUserName: '. .' }),
      "runAsUserName's User cannot contain only periods or spaces",
    ],
    [
      'does not run as an address',
      options({ runAsUserName: 'a@b' }),
      "runAsUserName's User cannot contain the following characters",
    ],
    [
      'has no empty credentials',
      options({ gmsaCredentialSpec: '' }),
      'gmsaCredentialSpec cannot be an empty string',
    ],
    [
      'has no endless credentials',
      options({ gmsaCredentialSpec: 'x'.repeat(65_537) }),
      'gmsaCredentialSpec size must be under 64 KiB',
    ],
    [
      'has credentials of a name',
      options({ gmsaCredentialSpecName: 'A b' }),
      'gmsaCredentialSpecName: Invalid value: "A b"',
    ],
    [
      'is one of the host only if its Pod is',
      {
        'spec.hostNetwork': true,
        'spec.securityContext': { windowsOptions: { hostProcess: true } },
        ...options({ hostProcess: false }),
      },
      'pod hostProcess value must be identical if both are specified, was true',
    ],
    [
      'is one of the host only if all are',
      {
        'spec.hostNetwork': true,
        'spec.containers.1': { name: 'b', image: 'b' },
        ...options({ hostProcess: true }),
      },
      'If pod contains any hostProcess containers then all containers must be HostProcess containers',
    ],
  ]);
});

describe('a Pod for Linux', () => {
  refused([
    [
      'has no Windows options',
      { 'spec.os': { name: 'linux' }, 'spec.securityContext': { windowsOptions: {} } },
      'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
    ],
    [
      'names its system',
      { 'spec.os': { name: '' } },
      'spec.os.name: Required value: cannot be empty',
    ],
  ]);
});

describe('security profiles', () => {
  const own = (members: object): Record<string, unknown> => container({ securityContext: members });
  const profile = (localhostProfile: unknown) =>
    own({ appArmorProfile: { type: 'Localhost', localhostProfile } });
  refused([
    [
      'have a type',
      own({ seccompProfile: {}, appArmorProfile: {} }),
      'type is required when seccompProfile is set',
    ],
    [
      'of AppArmor have a type',
      own({ appArmorProfile: {} }),
      'type is required when appArmorProfile is set',
    ],
    [
      'of AppArmor have a type that there is',
      own({ appArmorProfile: { type: 'Some' } }),
      'appArmorProfile.type: Unsupported value: "Some"',
    ],
    ['of the host have a name', profile(undefined), 'must be set when AppArmor type is Localhost'],
    ['of the host are not padded', profile(' a'), 'must not be padded with whitespace'],
    [
      'of the host are not endless',
      profile('a'.repeat(4096)),
      'Too long: may not be more than 4095 bytes',
    ],
    [
      'of seccomp have a name only on the host',
      own({ seccompProfile: { type: 'Unconfined', localhostProfile: 'a' } }),
      'can only be set when seccomp type is Localhost',
    ],
    [
      'do not let a container rise by a capability',
      own({ allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } }),
      '`capabilities.Add` CAP_SYS_ADMIN',
    ],
    [
      'set each sysctl once',
      {
        'spec.securityContext': {
          sysctls: [
            { name: 'a', value: '1' },
            { name: 'a', value: '2' },
          ],
        },
      },
      'spec.securityContext.sysctls[1].name: Duplicate value: "a"',
    ],
    [
      'set sysctls that have a name',
      { 'spec.securityContext': { sysctls: [{ name: '', value: '1' }] } },
      'spec.securityContext.sysctls[0].name: Required value',
    ],
    [
      'set no sysctl of the IPC of the host',
      {
        'spec.hostIPC': true,
        'spec.securityContext': { sysctls: [{ name: 'kernel.shmmax', value: '1' }] },
      },
      "may not be specified when 'hostIPC' is true",
    ],
    [
      'have no host processes and IPC with users of their own',
      { 'spec.hostUsers': false, 'spec.hostPID': true, 'spec.hostIPC': true },
      'spec.HostIPC: Forbidden',
    ],
  ]);
});

describe('affinity', () => {
  const pods = (term: object): Record<string, unknown> => ({
    [`spec.affinity.podAffinity.${PREFERRED}`]: [
      { weight: 1, podAffinityTerm: { topologyKey: 'z', ...term } },
    ],
  });
  const nodes = (term: object): Record<string, unknown> => ({
    [`spec.affinity.nodeAffinity.${REQUIRED}`]: { nodeSelectorTerms: [{ matchFields: [term] }] },
  });
  test('takes keys of the Pod itself, and nodes by name', () => {
    expect(
      errorsOf(
        pods({
          labelSelector: {},
          namespaceSelector: {},
          matchLabelKeys: ['a'],
          mismatchLabelKeys: ['b'],
        }),
      ),
    ).toBe('');
    expect(errorsOf(nodes({ key: 'metadata.name', operator: 'In', values: ['node-1'] }))).toBe('');
  });
  refused([
    [
      'does not want a key and not',
      pods({ labelSelector: {}, matchLabelKeys: ['a'], mismatchLabelKeys: ['a'] }),
      'exists in both matchLabelKeys and mismatchLabelKeys',
    ],
    [
      'has keys that can be',
      pods({ labelSelector: {}, matchLabelKeys: ['a b'] }),
      'matchLabelKeys[0]: Invalid value: "a b"',
    ],
    [
      'has a selector that can be',
      pods({ namespaceSelector: { matchLabels: { 'a b': '' } } }),
      'namespaceSelector.matchLabels: Invalid value: "a b"',
    ],
    [
      'names one node',
      nodes({ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }),
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    ],
    [
      'names nodes by In or NotIn',
      nodes({ key: 'metadata.name', operator: 'Exists' }),
      'operator: Invalid value: "Exists": not a valid selector operator',
    ],
    [
      'names nodes that can be',
      nodes({ key: 'metadata.name', operator: 'In', values: ['A'] }),
      'values[0]: Invalid value: "A"',
    ],
    [
      'has label values that can be',
      {
        [`spec.affinity.nodeAffinity.${REQUIRED}`]: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] },
          ],
        },
      },
      'matchExpressions[0].values[0]: Invalid value: "b c"',
    ],
    [
      'of a spread has keys with a selector',
      {
        'spec.topologySpreadConstraints': [
          {
            maxSkew: 1,
            topologyKey: '',
            whenUnsatisfiable: 'DoNotSchedule',
            minDomains: 0,
            matchLabelKeys: ['a'],
          },
        ],
      },
      'matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
    ],
  ]);
});
