import { type FieldError, forbiddenField, invalid, required } from '../../../field-error.ts';
import type { Container, VolumeDevice, VolumeMount } from '../../../generated/types/core-v1.ts';
import { checkOneOf, notFoundIn } from '../../checks.ts';
import { checkDescendingPath } from './paths.ts';
import type { VolumesByName } from './validate-volumes.ts';

/** Judges where a container mounts its volumes, as files and as block devices. */
export function validateMountsAndDevices(
  container: Container,
  path: string,
  errors: FieldError[],
  volumes: VolumesByName,
): void {
  const { volumeMounts, volumeDevices } = container;
  if (volumeMounts) {
    const seen = new Set<string>();
    volumeMounts.forEach((mount, index) => {
      const at = `${path}.volumeMounts[${index}]`;
      validateMount(mount, at, errors, volumes);
      if (seen.has(mount.mountPath)) {
        errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
      }
      seen.add(mount.mountPath);
      checkDeviceOverlap(mount, volumeDevices, at, errors);
      validatePropagation(mount, container, `${path}.volumeMounts`, errors);
    });
  }
  if (volumeDevices) validateDevices(volumeDevices, volumeMounts, path, errors, volumes);
}

function validateMount(
  mount: VolumeMount,
  path: string,
  errors: FieldError[],
  volumes: VolumesByName,
): void {
  const volume = volumes.get(mount.name);
  if (!mount.name) errors.push(required(`${path}.name`));
  if (!volume) errors.push(notFoundIn(`${path}.name`, mount.name));
  if (!mount.mountPath) errors.push(required(`${path}.mountPath`));
  for (const member of ['subPath', 'subPathExpr'] as const) {
    const target = mount[member];
    if (!target) continue;
    if (volume?.image) {
      errors.push(invalid(`${path}.${member}`, target, 'not allowed in image volume sources'));
    }
    checkDescendingPath(target, `${path}.${member}`, errors);
  }
  if (mount.subPath && mount.subPathExpr) {
    const detail = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalid(`${path}.subPathExpr`, mount.subPathExpr, detail));
  }
}

function checkDeviceOverlap(
  { name, mountPath }: VolumeMount,
  devices: readonly VolumeDevice[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (devices?.some((device) => device.name === name)) {
    errors.push(invalid(`${path}.name`, name, 'must not already exist in volumeDevices'));
  }
  if (devices?.some((device) => device.devicePath === mountPath)) {
    const detail = 'must not already exist as a path in volumeDevices';
    errors.push(invalid(`${path}.mountPath`, mountPath, detail));
  }
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIONS = ['Disabled', 'Enabled', 'IfPossible'];

function validatePropagation(
  { mountPropagation, recursiveReadOnly, readOnly }: VolumeMount,
  { securityContext }: Container,
  path: string,
  errors: FieldError[],
): void {
  checkOneOf(mountPropagation, PROPAGATIONS, `${path}.mountPropagation`, errors);
  if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) {
    const detail = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(forbiddenField(`${path}.mountPropagation`, detail));
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const field = `${path}.recursiveReadOnly`;
  checkOneOf(recursiveReadOnly, RECURSIONS, field, errors);
  if (!readOnly) errors.push(forbiddenField(field, 'may only be specified when readOnly is true'));
  if (mountPropagation && mountPropagation !== 'None') {
    const detail = 'may only be specified when mountPropagation is None or not specified';
    errors.push(forbiddenField(field, detail));
  }
}

function validateDevices(
  devices: readonly VolumeDevice[],
  mounts: readonly VolumeMount[] | undefined,
  path: string,
  errors: FieldError[],
  volumes: VolumesByName,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  devices.forEach((device, index) => {
    const at = `${path}.volumeDevices[${index}]`;
    const { name, devicePath } = device;
    validateDevice(device, at, errors, volumes);
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'));
    if (paths.has(devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
    names.add(name);
    paths.add(devicePath);
    if (mounts?.some((mount) => mount.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
    }
    if (mounts?.some((mount) => mount.mountPath === devicePath)) {
      const detail = 'must not already exist as a path in volumeMounts';
      errors.push(invalid(`${at}.devicePath`, devicePath, detail));
    }
  });
}

function validateDevice(
  { name, devicePath }: VolumeDevice,
  path: string,
  errors: FieldError[],
  volumes: VolumesByName,
): void {
  if (!name) errors.push(required(`${path}.name`));
  const volume = volumes.get(name);
  if (!volume) errors.push(notFoundIn(`${path}.name`, name));
  else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
    const detail =
      'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    errors.push(invalid(`${path}.name`, name, detail));
  }
  if (!devicePath) errors.push(required(`${path}.devicePath`));
  else if (devicePath.split('/').includes('..')) {
    errors.push(invalid(`${path}.devicePath`, devicePath, "can not contain backsteps ('..')"));
  }
}
