/** Volumes whose files come from the API: ConfigMaps, Secrets, the Pod's own fields, tokens. */
import { type FieldError, forbiddenField, invalid, required } from '../../../field-error.ts';
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../../generated/types/core-v1.ts';
import { validateLabelSelector } from '../../../label-selector.ts';
import { checkFileMode, checkUserPath } from './paths.ts';
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './validate-env.ts';

interface ConfigFiles {
  readonly defaultMode?: number;
  readonly items?: readonly KeyToPath[];
}

/** The files of a ConfigMap or Secret. */
export function validateConfigFiles(
  { defaultMode, items }: ConfigFiles,
  path: string,
  errors: FieldError[],
): void {
  checkFileMode(defaultMode, `${path}.defaultMode`, errors);
  items?.forEach((item, index) => {
    validateItem(item, `${path}.items[${index}]`, errors);
  });
}

function validateItem(
  { key, path: target, mode }: KeyToPath,
  path: string,
  errors: FieldError[],
): void {
  if (!key) errors.push(required(`${path}.key`));
  if (!target) errors.push(required(`${path}.path`));
  checkUserPath(target, `${path}.path`, errors);
  checkFileMode(mode, `${path}.mode`, errors);
}

export function validateDownwardFiles(
  { defaultMode, items }: { defaultMode?: number; items?: DownwardAPIVolumeFile[] },
  path: string,
  errors: FieldError[],
): void {
  checkFileMode(defaultMode, `${path}.defaultMode`, errors);
  for (const file of items ?? []) validateDownwardFile(file, path, errors);
}

function validateDownwardFile(
  file: DownwardAPIVolumeFile,
  path: string,
  errors: FieldError[],
): void {
  const { fieldRef, resourceFieldRef } = file;
  if (!file.path) errors.push(required(`${path}.path`));
  checkUserPath(file.path, `${path}.path`, errors);
  if (fieldRef) validateFieldRef(fieldRef, `${path}.fieldRef`, errors, VOLUME_FIELDS);
  if (fieldRef && resourceFieldRef) {
    const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    errors.push(invalid(path, 'resource', detail));
  } else if (resourceFieldRef) {
    const at = `${path}.resourceFieldRef`;
    validateResourceFieldRef(resourceFieldRef, at, errors, { needsContainer: true });
  } else if (!fieldRef) {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  checkFileMode(file.mode, `${path}.mode`, errors);
}

export function validateProjected(
  { defaultMode, sources }: ProjectedVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  checkFileMode(defaultMode, `${path}.defaultMode`, errors);
  const taken = new Set<string>();
  sources?.forEach((source, index) => {
    const at = `${path}.sources[${index}]`;
    if (Object.keys(source).length > 1) {
      errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'));
    }
    validateProjection(source, at, errors, path);
    visitTargets(source, (target) => {
      if (taken.has(target)) errors.push(invalid(path, target, 'conflicting duplicate paths'));
      taken.add(target);
    });
  });
}

function visitTargets(
  { secret, configMap, downwardAPI, clusterTrustBundle }: VolumeProjection,
  visit: (target: string) => void,
): void {
  for (const { path } of secret?.items ?? NONE) visit(path);
  for (const { path } of configMap?.items ?? NONE) visit(path);
  for (const { path } of downwardAPI?.items ?? NONE) visit(path);
  if (clusterTrustBundle) visit(clusterTrustBundle.path);
}

const NONE: readonly { readonly path: string }[] = [];

function validateProjection(
  source: VolumeProjection,
  path: string,
  errors: FieldError[],
  volumePath: string,
): void {
  for (const name of ['secret', 'configMap'] as const) {
    const projection = source[name];
    if (!projection) continue;
    if (!projection.name) errors.push(required(`${path}.${name}.name`));
    validateConfigFiles(projection, `${path}.${name}`, errors);
  }
  if (source.downwardAPI) validateDownwardFiles(source.downwardAPI, `${path}.downwardAPI`, errors);
  if (source.serviceAccountToken) {
    validateToken(source.serviceAccountToken, `${path}.serviceAccountToken`, errors, volumePath);
  }
  if (source.clusterTrustBundle) {
    validateTrustBundle(source.clusterTrustBundle, `${path}.clusterTrustBundle`, errors);
  }
}

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

function validateToken(
  { expirationSeconds = 3600, path: target }: ServiceAccountTokenProjection,
  path: string,
  errors: FieldError[],
  volumePath: string,
): void {
  const field = `${path}.expirationSeconds`;
  if (expirationSeconds < MIN_TOKEN_SECONDS) {
    const detail = 'may not specify a duration less than 10 minutes';
    errors.push(invalid(field, expirationSeconds, detail));
  }
  if (expirationSeconds > MAX_TOKEN_SECONDS) {
    const detail = 'may not specify a duration larger than 2^32 seconds';
    errors.push(invalid(field, expirationSeconds, detail));
  }
  if (target) checkUserPath(target, `${volumePath}.path`, errors);
  else errors.push(required(`${volumePath}.path`));
}

function validateTrustBundle(
  { name, signerName, labelSelector, path: target }: ClusterTrustBundleProjection,
  path: string,
  errors: FieldError[],
): void {
  if (name !== undefined && signerName !== undefined) {
    errors.push(invalid(path, name, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (!name) errors.push(required(`${path}.name`, 'must be a valid object name'));
    if (labelSelector) {
      const detail = 'labelSelector must be unset if name is specified';
      errors.push(invalid(`${path}.labelSelector`, labelSelector, detail));
    }
  } else if (signerName !== undefined) {
    if (!signerName) errors.push(required(`${path}.signerName`, 'must be a valid signer name'));
    if (labelSelector) validateLabelSelector(labelSelector, `${path}.labelSelector`, errors);
  } else {
    errors.push(required(path, 'either name or signerName must be specified'));
  }
  if (!target) errors.push(required(`${path}.path`));
  checkUserPath(target, `${path}.path`, errors);
}
