import { describe, expect, test } from '@jest/globals';
import { container, errorsOf, refused, volume } from './pods.ts';

describe('disks', () => {
  refused([
    [
      'of AWS have a partition that can be',
      volume({ awsElasticBlockStore: { volumeID: 'v', partition: 256 } }),
      'awsElasticBlockStore.partition: Invalid value: 256: must be between 1 and 255, inclusive',
    ],
    [
      'of iSCSI have a portal',
      volume({ iscsi: { targetPortal: '', iqn: '', lun: 0 } }),
      'iscsi.targetPortal: Required value',
    ],
    [
      'of iSCSI have a name of its form',
      volume({ iscsi: { targetPortal: 'p', iqn: 'iqn.x', lun: 0 } }),
      'iscsi.iqn: Invalid value: "iqn.x": must be valid format',
    ],
    [
      'of iSCSI have a secret when they authenticate',
      volume({
        iscsi: { targetPortal: 'p', iqn: 'iqn.2020-01.a:b', lun: 0, chapAuthSession: true },
      }),
      'iscsi.secretRef: Required value',
    ],
    [
      'of iSCSI have an initiator that can be',
      volume({
        iscsi: { targetPortal: 'p', iqn: 'iqn.2020-01.a:b', lun: 300, initiatorName: 'x' },
      }),
      'iscsi.initiatorname: Invalid value: "x"',
    ],
    [
      'of fibres have a number',
      volume({ fc: { targetWWNs: ['a'] } }),
      'fc.lun: Required value: lun is required if targetWWNs is specified',
    ],
    [
      'of fibres have one kind of target',
      volume({ fc: { targetWWNs: ['a'], wwids: ['b'], lun: 256 } }),
      'targetWWNs and wwids can not be specified simultaneously',
    ],
    [
      'of a driver have a driver',
      volume({ csi: { driver: '', nodePublishSecretRef: {} } }),
      'csi.driver: Required value',
    ],
    [
      'of a driver have a short driver',
      volume({ csi: { driver: 'a'.repeat(64) } }),
      'csi.driver: Too long: may not be more than 63 bytes',
    ],
    [
      'of Git have a repository',
      volume({ gitRepo: { repository: '', directory: '..' } }),
      'gitRepo.repository: Required value',
    ],
    [
      'of their own have a template',
      volume({ ephemeral: {} }),
      'ephemeral.volumeClaimTemplate: Required value',
    ],
    [
      'of their own have a template of a claim',
      volume({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }),
      'ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
    [
      'of the host have a path',
      volume({ hostPath: { path: '' } }),
      'hostPath.path: Required value',
    ],
  ]);
});

describe('projected files', () => {
  const bundle = (members: object): Record<string, unknown> =>
    volume({ projected: { sources: [{ clusterTrustBundle: { path: 'p', ...members } }] } });
  test('of a trust bundle are chosen by name or by signer', () => {
    expect(errorsOf(bundle({ name: 'a' }))).toBe('');
    expect(errorsOf(bundle({ signerName: 'example.com/a', labelSelector: {} }))).toBe('');
  });
  refused([
    ['of a trust bundle have a choice', bundle({}), 'either name or signerName must be specified'],
    [
      'of a trust bundle have a name',
      bundle({ name: '', labelSelector: {} }),
      'labelSelector must be unset if name is specified',
    ],
    [
      'of a trust bundle have a signer',
      bundle({ signerName: '' }),
      'signerName: Required value: must be a valid signer name',
    ],
    [
      'of a trust bundle have a place',
      bundle({ name: 'a', path: '' }),
      'clusterTrustBundle.path: Required value',
    ],
    [
      'of a token have a place and an end',
      {
        'spec.serviceAccountName': 'a',
        ...volume({
          projected: {
            sources: [{ serviceAccountToken: { path: '', expirationSeconds: 2 ** 33 } }],
          },
        }),
      },
      'may not specify a duration larger than 2^32 seconds',
    ],
    [
      'of a Secret have a name',
      volume({ projected: { sources: [{ secret: {} }] } }),
      'secret.name: Required value',
    ],
    [
      'of a Secret have keys and places',
      volume({ secret: { secretName: 's', items: [{ key: '', path: '' }] } }),
      'secret.items[0].key: Required value',
    ],
    [
      'of fields are of one source',
      volume({
        downwardAPI: {
          items: [
            {
              path: 'a',
              fieldRef: { fieldPath: 'metadata.name' },
              resourceFieldRef: { resource: 'limits.cpu', containerName: 'web' },
            },
          ],
        },
      }),
      'fieldRef and resourceFieldRef can not be specified simultaneously',
    ],
  ]);
});

describe('names and numbers', () => {
  const claims = (...list: object[]): Record<string, unknown> => ({ 'spec.resourceClaims': list });
  refused([
    [
      'of claims are there',
      claims({ name: '', resourceClaimName: 'a' }),
      'spec.resourceClaims[0].name: Required value',
    ],
    [
      'of claims are there once',
      claims({ name: 'a', resourceClaimName: 'a' }, { name: 'a', resourceClaimName: 'a' }),
      'spec.resourceClaims[1].name: Duplicate value: "a"',
    ],
    [
      'of claims have one source',
      claims({ name: 'a', resourceClaimName: 'a', resourceClaimTemplateName: 'A' }),
      'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
    ],
    [
      'of claims in containers are there once',
      {
        ...claims({ name: 'a', resourceClaimName: 'a' }),
        ...container({
          resources: { claims: [{ name: 'a' }, { name: 'a', request: 'R' }, { name: '' }] },
        }),
      },
      'resources.claims[1]: Duplicate value: "a/R"',
    ],
    [
      'of the Pod as a whole have no claims',
      { 'spec.resources': { claims: [] } },
      'spec.resources.claims: Forbidden: claims cannot be set for Resources at pod-level',
    ],
    [
      'of resources are standard or have a domain',
      { 'spec.resources': { limits: { disk: '1' } } },
      'must be a standard resource type or fully qualified',
    ],
    [
      'of resources are no requests of quotas',
      container({ resources: { limits: { 'requests.a/b': '1' } } }),
      "doesn't follow extended resource name standard",
    ],
    [
      'of resizes are there once',
      container({
        resizePolicy: [
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'cpu', restartPolicy: 'Now' },
        ],
      }),
      'resizePolicy[1]: Duplicate value: "cpu"',
    ],
    [
      'of resizes fit Pods that never restart',
      {
        'spec.restartPolicy': 'Never',
        ...container({
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
        }),
      },
      "must be 'NotRequired' when `restartPolicy` is 'Never'",
    ],
    [
      'of restart rules are few',
      container({
        restartPolicy: 'Never',
        restartPolicyRules: Array.from({ length: 21 }, () => ({ action: 'Restart' })),
      }),
      'restartPolicyRules: Too many: 21: must have at most 20 items',
    ],
    [
      'of DNS are there',
      { 'spec.dnsPolicy': 'None', 'spec.dnsConfig': {} },
      'must provide at least one DNS nameserver when `dnsPolicy` is None',
    ],
    [
      'of DNS are few',
      {
        'spec.dnsConfig': {
          searches: Array.from({ length: 33 }, () => 'a'.repeat(70)),
          options: [{}],
        },
      },
      'must not have more than 32 search paths',
    ],
    [
      'of DNS are short',
      { 'spec.dnsConfig': { searches: Array.from({ length: 32 }, () => 'a'.repeat(70)) } },
      'must not have more than 2048 characters (including spaces) in the search list',
    ],
    [
      'of host names are short',
      { 'spec.hostnameOverride': 'a'.repeat(65) },
      'spec.hostnameOverride: Invalid value',
    ],
    [
      'of divisors are quantities',
      container({
        env: [
          { name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: 'x' } } },
        ],
      }),
      'divisor: Invalid value: "x": quantities must match',
    ],
    [
      'of mounts of images have no folder',
      {
        ...volume({ image: { reference: 'a' } }),
        ...container({ volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }] }),
      },
      'not allowed in image volume sources',
    ],
    [
      'of mounts spread in one direction',
      {
        ...volume({ emptyDir: {} }),
        ...container({
          volumeMounts: [
            {
              name: 'v',
              mountPath: '/v',
              readOnly: true,
              recursiveReadOnly: 'Enabled',
              mountPropagation: 'HostToContainer',
            },
          ],
        }),
      },
      'may only be specified when mountPropagation is None or not specified',
    ],
    [
      'of old profiles are known',
      { 'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/web': 'x' } },
      'invalid AppArmor profile name: "x"',
    ],
  ]);
});
