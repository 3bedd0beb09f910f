import { describe } from '@jest/globals';
import { container, refused, volume } from './pods.ts';

describe('volumes are refused', () => {
  const at = 'spec.volumes[0]';
  refused([
    [
      'without a name',
      { 'spec.volumes': [{ name: '', emptyDir: {} }] },
      `${at}.name: Required value`,
    ],
    [
      'with one name twice',
      { 'spec.volumes': [{ name: 'v' }, { name: 'v' }] },
      'spec.volumes[1].name: Duplicate value: "v"',
    ],
    [
      'with two sources',
      volume({ emptyDir: {}, hostPath: { path: '/' } }),
      `${at}.hostPath: Forbidden: may not specify more than 1 volume type`,
    ],
    [
      'with a negative size',
      volume({ emptyDir: { sizeLimit: '-1' } }),
      `${at}.emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity`,
    ],
    [
      'with a Secret without name',
      volume({ secret: {} }),
      `${at}.secret.secretName: Required value`,
    ],
    [
      'with a ConfigMap without name',
      volume({ configMap: {} }),
      `${at}.configMap.name: Required value`,
    ],
    [
      'with a mode that cannot be',
      volume({ configMap: { name: 'c', defaultMode: 0o1000 } }),
      `${at}.configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive`,
    ],
    [
      'with a file outside',
      volume({ configMap: { name: 'c', items: [{ key: 'k', path: '../a' }] } }),
      `${at}.configMap.items[0].path: Invalid value: "../a": must not contain '..'`,
    ],
    [
      'with a file from the root',
      volume({ configMap: { name: 'c', items: [{ key: 'k', path: '/a' }] } }),
      `${at}.configMap.items[0].path: Invalid value: "/a": must be a relative path`,
    ],
    [
      'with a file of a reserved name',
      volume({ secret: { secretName: 'c', items: [{ key: 'k', path: '..data' }] } }),
      `${at}.secret.items[0].path: Invalid value: "..data": must not start with '..'`,
    ],
    [
      'with a path of the host that climbs',
      volume({ hostPath: { path: '/a/../b' } }),
      `${at}.hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
    ],
    [
      'with a claim without name',
      volume({ persistentVolumeClaim: { claimName: '' } }),
      `${at}.persistentVolumeClaim.claimName: Required value`,
    ],
    [
      'with a claim that another volume makes',
      {
        'spec.volumes': [
          { name: 'a', ephemeral: { volumeClaimTemplate: { spec: {} } } },
          { name: 'b', persistentVolumeClaim: { claimName: 'web-a' } },
        ],
      },
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "web-a": must not reference a PVC that gets created for an ephemeral volume',
    ],
    [
      'with a share without path',
      volume({ nfs: { server: 's', path: 'data' } }),
      `${at}.nfs.path: Invalid value: "data": must be an absolute path`,
    ],
    [
      'with a disk without name',
      volume({ gcePersistentDisk: { pdName: '', partition: 300 } }),
      `${at}.gcePersistentDisk.pdName: Required value`,
    ],
    [
      'with an iSCSI name that is none',
      volume({ iscsi: { targetPortal: 'p', iqn: 'abc', lun: 256 } }),
      `${at}.iscsi.iqn: Invalid value: "abc": must be valid format starting with iqn, eui, or naa`,
    ],
    ['with a fibre without target', volume({ fc: {} }), `${at}.fc.targetWWNs: Required value`],
    [
      'with a driver that cannot be',
      volume({ csi: { driver: 'a b' } }),
      `${at}.csi.driver: Invalid value: "a b"`,
    ],
    [
      'with a token that lives too short',
      {
        'spec.serviceAccountName': 'a',
        ...volume({
          projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 5 } }] },
        }),
      },
      `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes`,
    ],
    [
      'with a token of nobody',
      volume({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }),
      `${at}.projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set`,
    ],
    [
      'with one path projected twice',
      volume({
        projected: {
          sources: [
            {
              secret: {
                name: 's',
                items: [
                  { key: 'a', path: 'p' },
                  { key: 'b', path: 'p' },
                ],
              },
            },
          ],
        },
      }),
      `${at}.projected: Invalid value: "p": conflicting duplicate paths`,
    ],
    [
      'with two projections in one',
      volume({ projected: { sources: [{ secret: { name: 's' }, configMap: { name: 'c' } }] } }),
      `${at}.projected.sources[0]: Forbidden: may not specify more than 1 volume type per source`,
    ],
    [
      'with a field file of nothing',
      volume({ downwardAPI: { items: [{ path: 'a' }] } }),
      `${at}.downwardAPI: Required value: one of fieldRef and resourceFieldRef is required`,
    ],
    [
      'with a resource file of no container',
      volume({
        downwardAPI: { items: [{ path: 'a', resourceFieldRef: { resource: 'limits.cpu' } }] },
      }),
      `${at}.downwardAPI.resourceFieldRef.containerName: Required value`,
    ],
    [
      'with a trust bundle of two kinds',
      volume({
        projected: { sources: [{ clusterTrustBundle: { name: 'a', signerName: 'b', path: 'p' } }] },
      }),
      'only one of name and signerName may be used',
    ],
    ['with an image of no name', volume({ image: {} }), `${at}.image.reference: Required value`],
  ]);
});

describe('mounts are refused', () => {
  const mounts = (list: object[], extra = {}): Record<string, unknown> => ({
    ...volume({ emptyDir: {} }),
    ...container({ volumeMounts: list, ...extra }),
  });
  const at = 'spec.containers[0].volumeMounts[0]';
  refused([
    [
      'of a volume that there is not',
      mounts([{ name: 'x', mountPath: '/x' }]),
      `${at}.name: Not found: "x"`,
    ],
    ['without a path', mounts([{ name: 'v', mountPath: '' }]), `${at}.mountPath: Required value`],
    [
      'at one path twice',
      mounts([
        { name: 'v', mountPath: '/v' },
        { name: 'v', mountPath: '/v' },
      ]),
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique',
    ],
    [
      'of a folder outside',
      mounts([{ name: 'v', mountPath: '/v', subPath: '../a' }]),
      `${at}.subPath: Invalid value: "../a": must not contain '..'`,
    ],
    [
      'of two folders in one',
      mounts([{ name: 'v', mountPath: '/v', subPath: 'a', subPathExpr: 'b' }]),
      `${at}.subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive`,
    ],
    [
      'that spread without privilege',
      mounts([{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }]),
      'spec.containers[0].volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
    ],
    [
      'that are read-only in depth and not above',
      mounts([{ name: 'v', mountPath: '/v', recursiveReadOnly: 'Enabled' }]),
      'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
    ],
    [
      'of what is also a device',
      mounts([{ name: 'v', mountPath: '/v' }], {
        volumeDevices: [{ name: 'v', devicePath: '/v' }],
      }),
      `${at}.name: Invalid value: "v": must not already exist in volumeDevices`,
    ],
    [
      'as a device of what is no claim',
      mounts([], { volumeDevices: [{ name: 'v', devicePath: '/d' }] }),
      'spec.containers[0].volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
    ],
    [
      'as a device at a path that climbs',
      mounts([], { volumeDevices: [{ name: 'x', devicePath: '/a/../b' }] }),
      "can not contain backsteps ('..')",
    ],
  ]);
});
