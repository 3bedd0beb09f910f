/** Kubernetes' rules for CustomResourceDefinitions. */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
} from '../../generated/types/apiextensions-v1.ts';
import { FIELD_IS_IMMUTABLE } from '../../metadata-validation.ts';
import { dnsSubdomainProblems } from '../../names.ts';
import { isEstablished } from '../accept-names.ts';
import { APPROVED_ANNOTATION, apiApprovalOf } from '../api-approval.ts';
import { validateConversion } from './validate-conversion.ts';
import { requireNames, validateNames } from './validate-names.ts';
import { validateVersion } from './validate-version.ts';

const SCOPES = ['Cluster', 'Namespaced'];

/** Judges a definition by itself. @param current The definition before an update: what is as it was is not judged anew */
export function validateDefinition(
  definition: CustomResourceDefinition,
  current?: CustomResourceDefinition,
): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec } = definition;
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    const detail = 'must be spec.names.plural+"."+spec.group';
    errors.push(invalid('metadata.name', metadata.name, detail));
  }
  checkApproval(definition, current, errors);
  checkGroup(spec.group, errors);
  checkScope(spec.scope, errors);
  if (spec.preserveUnknownFields) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalid('spec.preserveUnknownFields', true, detail));
  }
  requireNames(spec.names, 'spec.names', errors);
  validateNames(spec.names, 'spec.names', errors);
  checkVersions(spec, current?.spec, errors);
  validateConversion(spec.conversion, 'spec.conversion', errors);
  return errors;
}

function checkGroup(group: string, errors: FieldError[]): void {
  if (!group) {
    errors.push(required('spec.group'));
    return;
  }
  const problems = dnsSubdomainProblems(group);
  if (problems.length > 0) errors.push(invalid('spec.group', group, problems.join(',')));
  else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
}

function checkScope(scope: string, errors: FieldError[]): void {
  if (!scope) errors.push(required('spec.scope'));
  else if (!SCOPES.includes(scope)) errors.push(notSupported('spec.scope', scope, SCOPES));
}

/** What is as it was is not judged anew: who changes something else need not know of it. */
function checkApproval(
  definition: CustomResourceDefinition,
  current: CustomResourceDefinition | undefined,
  errors: FieldError[],
): void {
  const approval = apiApprovalOf(definition);
  if (!approval || (current && apiApprovalOf(current)?.state === approval.state)) return;
  const path = `metadata.annotations[${APPROVED_ANNOTATION}]`;
  if (approval.state === 'Missing') errors.push(required(path, approval.message));
  if (approval.state !== 'Invalid') return;
  const value = definition.metadata.annotations?.[APPROVED_ANNOTATION];
  errors.push(invalid(path, value, approval.message));
}

function checkVersions(
  { versions }: CustomResourceDefinitionSpec,
  before: CustomResourceDefinitionSpec | undefined,
  errors: FieldError[],
): void {
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    errors.push(invalid('spec.versions', names, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalid('spec.versions', names, detail));
  }
  versions.forEach((version, i) => {
    const old = before?.versions.find(({ name }) => name === version.name);
    validateVersion(version, `spec.versions[${i}]`, errors, old);
  });
}

/** Judges the change of a definition: what its objects are found by may not change under them. */
export function validateDefinitionUpdate(
  next: CustomResourceDefinition,
  current: CustomResourceDefinition,
): FieldError[] {
  const errors = validateDefinition(next, current);
  const keep = (field: string, value: string, before: string): void => {
    if (value !== before) errors.push(invalid(`spec.${field}`, value, FIELD_IS_IMMUTABLE));
  };
  if (isEstablished(current)) {
    keep('scope', next.spec.scope, current.spec.scope);
    keep('names.kind', next.spec.names.kind, current.spec.names.kind);
  }
  keep('group', next.spec.group, current.spec.group);
  keep('names.plural', next.spec.names.plural, current.spec.names.plural);
  checkStoredVersions(next, errors);
  return errors;
}

/** Judges a status: `/status` is how a migration says that a version is no longer stored. */
export function validateDefinitionStatus(definition: CustomResourceDefinition): FieldError[] {
  const errors: FieldError[] = [];
  validateNames(definition.status?.acceptedNames ?? {}, 'status.acceptedNames', errors);
  checkStoredVersions(definition, errors);
  return errors;
}

function checkStoredVersions(
  { spec, status }: CustomResourceDefinition,
  errors: FieldError[],
): void {
  const known = new Set(spec.versions.map(({ name }) => name));
  status?.storedVersions?.forEach((name, i) => {
    if (known.has(name)) return;
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    errors.push(invalid(`status.storedVersions[${i}]`, name, detail));
  });
}
