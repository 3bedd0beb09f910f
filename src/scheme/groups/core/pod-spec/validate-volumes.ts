import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  required,
} from '../../../field-error.ts';
import type { PersistentVolumeClaimTemplate, Volume } from '../../../generated/types/core-v1.ts';
import { validateAnnotations, validateLabels } from '../../../metadata-validation.ts';
import { compareQuantities, quantityError } from '../../../quantity.ts';
import { checkDnsLabel, checkDnsSubdomain } from '../../checks.ts';
import { validateClaimSpec } from '../persistent-volume-claim.ts';
import { checkDescendingPath, checkNoBacksteps } from './paths.ts';
import { validateDiskSource } from './validate-disk-volumes.ts';
import {
  validateConfigFiles,
  validateDownwardFiles,
  validateProjected,
} from './validate-file-volumes.ts';

/** What a volume is judged with. */
export interface VolumeContext {
  /** The Pod's name, where it is a Pod that is judged and not a template. */
  readonly podName: string | undefined;
  readonly isPod: boolean;
}

export type VolumesByName = ReadonlyMap<string, Volume>;

/** Judges the volumes and gives those that are sound, by name, for the mounts to be judged with. */
export function validateVolumes(
  volumes: readonly Volume[],
  path: string,
  errors: FieldError[],
  context: VolumeContext,
): VolumesByName {
  const byName = new Map<string, Volume>();
  volumes.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    const before = errors.length;
    validateSource(volume, at, errors, context);
    if (!volume.name) errors.push(required(`${at}.name`));
    else checkDnsLabel(volume.name, `${at}.name`, errors);
    if (byName.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    if (errors.length === before) byName.set(volume.name, volume);
  });
  if (context.podName) validateClaimReferences(volumes, path, errors, context.podName);
  return byName;
}

/** A volume must not claim what another one is about to create. */
function validateClaimReferences(
  volumes: readonly Volume[],
  path: string,
  errors: FieldError[],
  podName: string,
): void {
  const created = volumes
    .filter(({ ephemeral }) => ephemeral)
    .map(({ name }) => `${podName}-${name}`);
  if (created.length === 0) return;
  volumes.forEach(({ persistentVolumeClaim: claim }, index) => {
    if (!claim || !created.includes(claim.claimName)) return;
    const detail = 'must not reference a PVC that gets created for an ephemeral volume';
    const field = `${path}[${index}].persistentVolumeClaim.claimName`;
    errors.push(invalid(field, claim.claimName, detail));
  });
}

type SourceName = Exclude<keyof Volume, 'name'>;

function sourcesOf(volume: Volume): SourceName[] {
  const names: SourceName[] = [];
  for (const key in volume) {
    if (key !== 'name' && volume[key as keyof Volume] !== undefined) names.push(key as SourceName);
  }
  return names;
}

function validateSource(
  volume: Volume,
  path: string,
  errors: FieldError[],
  context: VolumeContext,
): void {
  const [source, ...more] = sourcesOf(volume);
  if (!source) {
    errors.push(required(path, 'must specify a volume type'));
    return;
  }
  for (const name of more) {
    errors.push(forbiddenField(`${path}.${name}`, 'may not specify more than 1 volume type'));
  }
  const at = `${path}.${source}`;
  if (!validateCommonSource(volume, source, at, errors, context)) {
    validateDiskSource(volume, at, errors);
  }
}

/** Gives false for a source that {@link validateDiskSource} judges. */
function validateCommonSource(
  volume: Volume,
  source: SourceName,
  path: string,
  errors: FieldError[],
  context: VolumeContext,
): boolean {
  switch (source) {
    case 'emptyDir':
      validateSizeLimit(volume.emptyDir?.sizeLimit, `${path}.sizeLimit`, errors);
      return true;
    case 'secret':
      if (!volume.secret?.secretName) errors.push(required(`${path}.secretName`));
      validateConfigFiles(volume.secret ?? {}, path, errors);
      return true;
    case 'configMap':
      if (!volume.configMap?.name) errors.push(required(`${path}.name`));
      validateConfigFiles(volume.configMap ?? {}, path, errors);
      return true;
    case 'downwardAPI':
      validateDownwardFiles(volume.downwardAPI ?? {}, path, errors);
      return true;
    case 'projected':
      validateProjected(volume.projected ?? {}, path, errors);
      return true;
    case 'hostPath':
      validateHostPath(volume.hostPath?.path, `${path}.path`, errors);
      return true;
    default:
      return validateClaimSource(volume, source, path, errors, context);
  }
}

function validateClaimSource(
  volume: Volume,
  source: SourceName,
  path: string,
  errors: FieldError[],
  { isPod, podName }: VolumeContext,
): boolean {
  switch (source) {
    case 'persistentVolumeClaim':
      if (!volume.persistentVolumeClaim?.claimName) errors.push(required(`${path}.claimName`));
      return true;
    case 'ephemeral':
      validateClaimTemplate(
        volume.ephemeral?.volumeClaimTemplate,
        `${path}.volumeClaimTemplate`,
        errors,
      );
      if (podName) checkDnsSubdomain(`${podName}-${volume.name}`, `${path}.name`, errors);
      return true;
    case 'image':
      if (isPod && !volume.image?.reference) errors.push(required(`${path}.reference`));
      return true;
    case 'gitRepo':
      if (!volume.gitRepo?.repository) errors.push(required(`${path}.repository`));
      checkDescendingPath(volume.gitRepo?.directory ?? '', `${path}.directory`, errors);
      return true;
    default:
      return false;
  }
}

/** The claim gets its name from Pod and volume: its template has labels and annotations alone. */
function validateClaimTemplate(
  template: PersistentVolumeClaimTemplate | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!template) {
    errors.push(required(path));
    return;
  }
  const { labels, annotations } = template.metadata ?? {};
  if (labels) validateLabels(labels, `${path}.metadata.labels`, errors);
  if (annotations) validateAnnotations(annotations, `${path}.metadata.annotations`, errors);
  validateClaimSpec(template.spec, `${path}.spec`, errors);
}

function validateSizeLimit(limit: string | undefined, path: string, errors: FieldError[]): void {
  if (limit === undefined) return;
  if (quantityError(limit) || compareQuantities(limit, '0') < 0) {
    errors.push(forbiddenField(path, 'SizeLimit field must be a valid resource quantity'));
  }
}

function validateHostPath(target: string | undefined, path: string, errors: FieldError[]): void {
  if (target) checkNoBacksteps(target, path, errors);
  else errors.push(required(path));
}
