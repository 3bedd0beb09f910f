/** Where the bytes of a PersistentVolume are: just one of many kinds of disks and shares. */
import { type FieldError, forbiddenField, required } from '../../field-error.ts';
import type {
  CSIPersistentVolumeSource,
  PersistentVolumeSpec,
  Volume,
} from '../../generated/types/core-v1.ts';
import { checkCsiDriverName, checkOneOf, requireText } from '../checks.ts';
import { checkNoBacksteps } from './pod-spec/paths.ts';
import { validateDiskSource } from './pod-spec/validate-disk-volumes.ts';

/** Every kind of source. What else a spec has says what the volume is for. */
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'azureDisk',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

type SourceName = (typeof SOURCES)[number];

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeStageSecretRef',
  'nodeExpandSecretRef',
] as const;

/** The members of the spec that are its source. */
export function sourceOf(spec: PersistentVolumeSpec): Partial<PersistentVolumeSpec> {
  const source: Record<string, unknown> = {};
  for (const name of SOURCES) if (spec[name] !== undefined) source[name] = spec[name];
  return source;
}

export function validatePersistentSource(
  spec: PersistentVolumeSpec,
  path: string,
  errors: FieldError[],
): void {
  const [first, ...more] = SOURCES.filter((name) => spec[name] !== undefined);
  if (!first) {
    errors.push(required(path, 'must specify a volume type'));
    return;
  }
  for (const name of more) {
    errors.push(forbiddenField(`${path}.${name}`, 'may not specify more than 1 volume type'));
  }
  validateSource(spec, first, `${path}.${first}`, errors);
}

function validateSource(
  spec: PersistentVolumeSpec,
  name: SourceName,
  path: string,
  errors: FieldError[],
): void {
  switch (name) {
    case 'hostPath':
      if (requireText(spec.hostPath?.path, `${path}.path`, errors)) {
        checkNoBacksteps(spec.hostPath?.path ?? '', `${path}.path`, errors);
      }
      checkOneOf(spec.hostPath?.type, HOST_PATH_TYPES, `${path}.type`, errors);
      break;
    case 'local':
      if (requireText(spec.local?.path, `${path}.path`, errors)) {
        checkNoBacksteps(spec.local?.path ?? '', `${path}.path`, errors);
      }
      break;
    case 'csi':
      if (spec.csi) validateCsi(spec.csi, path, errors);
      break;
    default:
      validateDiskSource({ name: '', [name]: spec[name] } as Volume, path, errors);
  }
}

function validateCsi(csi: CSIPersistentVolumeSource, path: string, errors: FieldError[]): void {
  checkCsiDriverName(csi.driver, `${path}.driver`, errors);
  requireText(csi.volumeHandle, `${path}.volumeHandle`, errors);
  for (const secret of SECRETS) {
    const reference = csi[secret];
    if (!reference) continue;
    requireText(reference.name, `${path}.${secret}.name`, errors);
    requireText(reference.namespace, `${path}.${secret}.namespace`, errors);
  }
}
