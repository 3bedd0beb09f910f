import type { Volume } from '../../scheme/generated/types/core-v1.ts';
import { isJsonObject } from '../output/json-values.ts';
import type { Description } from './description.ts';

type Details = readonly (readonly [string, unknown])[];

interface VolumeText {
  /** The type with what it is. */
  readonly type: string;
  readonly details: Details;
}

const ACRONYMS = new Set(['csi', 'fc', 'iscsi', 'rbd']);

/** The volumes of a Pod or of a template. */
export function describeVolumes(
  description: Description,
  volumes: readonly Volume[] = [],
  indent = '',
): void {
  if (volumes.length === 0) {
    description.line(0, `${indent}Volumes:`, '<none>');
    return;
  }
  description.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    description.line(1, `${indent ? ' ' : ''}${volume.name}:`);
    const { type, details } = toText(volume);
    description.field(2, 'Type', type);
    for (const [label, value] of details) description.field(2, label, String(value ?? ''));
  }
}

/** The types that Pods commonly have in kubectl's words; of the others, their fields. */
function toText(volume: Volume): VolumeText {
  const { hostPath, emptyDir, secret, configMap, persistentVolumeClaim, projected, nfs } = volume;
  if (hostPath) {
    return {
      type: 'HostPath (bare host directory volume)',
      details: [
        ['Path', hostPath.path],
        ['HostPathType', hostPath.type],
      ],
    };
  }
  if (emptyDir) {
    return {
      type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
      details: [
        ['Medium', emptyDir.medium],
        ['SizeLimit', emptyDir.sizeLimit ?? '<unset>'],
      ],
    };
  }
  if (secret) {
    return {
      type: 'Secret (a volume populated by a Secret)',
      details: [
        ['SecretName', secret.secretName],
        ['Optional', secret.optional ?? false],
      ],
    };
  }
  if (configMap) {
    return {
      type: 'ConfigMap (a volume populated by a ConfigMap)',
      details: [
        ['Name', configMap.name],
        ['Optional', configMap.optional ?? false],
      ],
    };
  }
  if (persistentVolumeClaim) {
    return {
      type: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
      details: [
        ['ClaimName', persistentVolumeClaim.claimName],
        ['ReadOnly', persistentVolumeClaim.readOnly ?? false],
      ],
    };
  }
  if (nfs) {
    return {
      type: 'NFS (an NFS mount that lasts the lifetime of a pod)',
      details: [
        ['Server', nfs.server],
        ['Path', nfs.path],
        ['ReadOnly', nfs.readOnly ?? false],
      ],
    };
  }
  return projected ? projectedText(projected) : otherText(volume);
}

function projectedText({ sources = [] }: NonNullable<Volume['projected']>): VolumeText {
  const details = sources.flatMap(
    ({ secret, configMap, downwardAPI, serviceAccountToken }): Details => {
      if (secret)
        return [
          ['SecretName', secret.name],
          ['Optional', secret.optional ?? false],
        ];
      if (configMap)
        return [
          ['ConfigMapName', configMap.name],
          ['Optional', configMap.optional ?? false],
        ];
      if (downwardAPI) return [['DownwardAPI', true]];
      if (serviceAccountToken)
        return [['TokenExpirationSeconds', serviceAccountToken.expirationSeconds]];
      return [];
    },
  );
  return {
    type: 'Projected (a volume that contains injected data from multiple sources)',
    details,
  };
}

function otherText({ name: _, ...sources }: Volume): VolumeText {
  const [source] = Object.entries(sources);
  if (!source) return { type: '<unknown>', details: [] };
  const [field, value] = source;
  const details = isJsonObject(value) ? Object.entries(value) : [];
  const isPlain = ([, member]: readonly [string, unknown]): boolean => typeof member !== 'object';
  return {
    type: ACRONYMS.has(field) ? field.toUpperCase() : upperFirst(field),
    details: details.filter(isPlain).map(([key, member]) => [upperFirst(key), member]),
  };
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
