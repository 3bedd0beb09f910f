import { type FieldError, invalid, notSupported, required } from '../../../field-error.ts';
import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../../generated/types/core-v1.ts';
import { pushProblems } from '../../../metadata-validation.ts';
import { configKeyProblems, envNameProblems } from '../../../names.ts';
import { canonicalQuantity, compareQuantities, quantityError } from '../../../quantity.ts';
import { checkDnsSubdomain, checkQualifiedName } from '../../checks.ts';

export function validateEnv(vars: readonly EnvVar[], path: string, errors: FieldError[]): void {
  vars.forEach((variable, index) => {
    if (!variable.name) errors.push(required(`${path}[${index}].name`));
    else {
      const problems = envNameProblems(variable.name);
      pushProblems(errors, `${path}[${index}].name`, variable.name, problems);
    }
    if (!variable.valueFrom) return;
    const at = `${path}[${index}].valueFrom`;
    validateSource(variable.valueFrom, at, errors);
    validateSourceCount(variable, variable.valueFrom, at, errors);
  });
}

const SOURCES = [
  'fieldRef',
  'resourceFieldRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fileKeyRef',
] as const;

function validateSourceCount(
  { value }: EnvVar,
  source: EnvVarSource,
  path: string,
  errors: FieldError[],
): void {
  const count = SOURCES.filter((name) => source[name] !== undefined).length;
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if (value) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
}

function validateSource(source: EnvVarSource, path: string, errors: FieldError[]): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef) validateFieldRef(fieldRef, `${path}.fieldRef`, errors, ENV_FIELDS);
  if (resourceFieldRef) {
    validateResourceFieldRef(resourceFieldRef, `${path}.resourceFieldRef`, errors);
  }
  if (configMapKeyRef) validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`, errors);
  if (secretKeyRef) validateKeyRef(secretKeyRef, `${path}.secretKeyRef`, errors);
}

function validateKeyRef(
  { name = '', key }: { name?: string; key: string },
  path: string,
  errors: FieldError[],
): void {
  checkDnsSubdomain(name, `${path}.name`, errors);
  if (!key) errors.push(required(`${path}.key`));
  else pushProblems(errors, `${path}.key`, key, configKeyProblems(key));
}

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** The fields that a file of a downward API volume can show. */
export const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

const CONVERTIBLE_FIELDS = new Set([...ENV_FIELDS, ...VOLUME_FIELDS]);

/** Judges a reference to one of the Pod's own fields. */
export function validateFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  path: string,
  errors: FieldError[],
  supported: readonly string[],
): void {
  if (!apiVersion) errors.push(required(`${path}.apiVersion`));
  else if (!fieldPath) errors.push(required(`${path}.fieldPath`));
  else if (fieldPath.includes("['")) validateSubscript(fieldPath, path, errors);
  else if (!CONVERTIBLE_FIELDS.has(fieldPath)) {
    const detail = `error converting fieldPath: field label not supported: ${fieldPath}`;
    errors.push(invalid(`${path}.fieldPath`, fieldPath, detail));
  } else if (!supported.includes(fieldPath)) {
    errors.push(notSupported(`${path}.fieldPath`, fieldPath, supported));
  }
}

/** `metadata.labels['key']` names one label or annotation. */
function validateSubscript(fieldPath: string, path: string, errors: FieldError[]): void {
  const match = /^([^[]+)\['(.*)'\]$/.exec(fieldPath);
  const [, field = fieldPath, key = ''] = match ?? [];
  if (field === 'metadata.annotations') checkQualifiedName(key.toLowerCase(), path, errors);
  else if (field === 'metadata.labels') checkQualifiedName(key, path, errors);
  else errors.push(invalid(path, field, 'does not support subscript'));
}

const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const isHugePagesField = (field: string): boolean =>
  field.startsWith('requests.hugepages-') || field.startsWith('limits.hugepages-');

/** Judges a reference to one of a container's resources; a volume must say of which container. */
export function validateResourceFieldRef(
  { containerName, resource, divisor }: ResourceFieldSelector,
  path: string,
  errors: FieldError[],
  { needsContainer = false }: { readonly needsContainer?: boolean } = {},
): void {
  if (needsContainer && !containerName) errors.push(required(`${path}.containerName`));
  else if (!resource) errors.push(required(`${path}.resource`));
  else if (!RESOURCE_FIELDS.includes(resource) && !isHugePagesField(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, RESOURCE_FIELDS));
  }
  if (divisor) validateDivisor(resource, divisor, `${path}.divisor`, errors);
}

const BYTE_DIVISORS = ['1', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map(
  (suffix) => (suffix === '1' ? '1' : `1${suffix}`),
);

function validateDivisor(
  resource: string,
  divisor: string,
  path: string,
  errors: FieldError[],
): void {
  const problem = quantityError(divisor);
  if (problem) {
    errors.push(invalid(path, divisor, problem));
    return;
  }
  if (compareQuantities(divisor, '0') === 0) return;
  const name = resource.slice(resource.indexOf('.') + 1);
  const allowed = name === 'cpu' ? ['1m', '1'] : BYTE_DIVISORS;
  if (allowed.includes(canonicalQuantity(divisor))) return;
  const list = name === 'cpu' ? '1m and 1' : BYTE_DIVISORS.join(', ');
  const what = name === 'ephemeral-storage' ? 'local ephemeral storage' : name;
  const shown = isHugePagesField(resource) ? 'hugepages' : what;
  const detail = `only divisor's values ${list} are supported with the ${shown} resource`;
  errors.push(invalid(path, resource, detail));
}

export function validateEnvFrom(
  sources: readonly EnvFromSource[],
  path: string,
  errors: FieldError[],
): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    if (prefix) pushProblems(errors, `${at}.prefix`, prefix, envNameProblems(prefix));
    if (configMapRef) validateEnvSource(configMapRef.name, `${at}.configMapRef.name`, errors);
    if (secretRef) validateEnvSource(secretRef.name, `${at}.secretRef.name`, errors);
    if (!configMapRef && !secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
  });
}

function validateEnvSource(name: string | undefined, path: string, errors: FieldError[]): void {
  if (name) checkDnsSubdomain(name, path, errors);
  else errors.push(required(path));
}
