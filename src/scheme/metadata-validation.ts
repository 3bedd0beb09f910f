import { deepEqual } from '../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, required, tooLong } from './field-error.ts';
import type { NameRule } from './kind-strategy.ts';
import {
  dnsLabelProblems,
  labelValueProblems,
  namePrefixProblems,
  nameProblems,
  type Problems,
  qualifiedNameProblems,
} from './names.ts';
import { type ObjectMeta, type OwnerReference, parseApiVersion } from './object.ts';

export const FIELD_IS_IMMUTABLE = 'field is immutable';
export const MUST_NOT_BE_NEGATIVE = 'must be greater than or equal to 0';
const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const MAX_MANAGER_BYTES = 128;

export const FINALIZER_ORPHAN = 'orphan';
export const FINALIZER_FOREGROUND = 'foregroundDeletion';
/** The finalizers that need no domain before them. */
const STANDARD_FINALIZERS = new Set(['kubernetes', FINALIZER_ORPHAN, FINALIZER_FOREGROUND]);

/** What of a kind its metadata is judged by: a {@link ResourceDefinition} and its strategy's `nameRule` say both. */
export interface MetadataRules {
  readonly namespaced: boolean;
  /** @default 'dns-subdomain' */
  readonly nameRule?: NameRule | undefined;
}

/** Turns reasons into field errors that show the value. */
export function pushProblems(
  errors: FieldError[],
  field: string,
  value: unknown,
  problems: Problems,
): void {
  for (const problem of problems) errors.push(invalid(field, value, problem));
}

/**
 * Judges the metadata of a new object, whose name has been generated already. Runs after structural validation: every
 * field has its type.
 */
export function validateObjectMeta(
  { namespaced, nameRule = 'dns-subdomain' }: MetadataRules,
  { metadata }: { readonly metadata: ObjectMeta },
): FieldError[] {
  const errors: FieldError[] = [];
  validateName(metadata, nameRule, errors);
  validateNamespace(metadata.namespace, namespaced, errors);
  if (metadata.generation !== undefined && metadata.generation < 0) {
    errors.push(invalid('metadata.generation', metadata.generation, MUST_NOT_BE_NEGATIVE));
  }
  validateMutableMeta(metadata, errors);
  return errors;
}

function validateName(
  { name, generateName }: ObjectMeta,
  rule: NameRule,
  errors: FieldError[],
): void {
  if (generateName) {
    const problems = namePrefixProblems(rule, generateName);
    pushProblems(errors, 'metadata.generateName', generateName, problems);
  }
  if (name) pushProblems(errors, 'metadata.name', name, nameProblems(rule, name));
  else errors.push(required('metadata.name', 'name or generateName is required'));
}

function validateNamespace(
  namespace: string | undefined,
  namespaced: boolean,
  errors: FieldError[],
): void {
  if (!namespaced) {
    if (namespace) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  } else if (namespace) {
    pushProblems(errors, 'metadata.namespace', namespace, dnsLabelProblems(namespace));
  } else {
    errors.push(required('metadata.namespace'));
  }
}

/** What users may change of metadata at any time. */
function validateMutableMeta(metadata: ObjectMeta, errors: FieldError[]): void {
  if (metadata.labels) validateLabels(metadata.labels, 'metadata.labels', errors);
  if (metadata.annotations) {
    validateAnnotations(metadata.annotations, 'metadata.annotations', errors);
  }
  if (metadata.ownerReferences?.length) validateOwnerReferences(metadata.ownerReferences, errors);
  if (metadata.finalizers?.length) validateFinalizers(metadata.finalizers, errors);
  if (metadata.managedFields?.length) validateManagedFields(metadata.managedFields, errors);
}

/** Judges every key and value of a map of labels at `path`. */
export function validateLabels(
  labels: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  for (const key in labels) {
    pushProblems(errors, path, key, qualifiedNameProblems(key));
    const value = labels[key] as string;
    pushProblems(errors, path, value, labelValueProblems(value));
  }
}

/** Judges the keys of annotations, whose case does not matter, and their size in all. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: string,
  errors: FieldError[],
): void {
  let bytes = 0;
  for (const key in annotations) {
    pushProblems(errors, path, key, qualifiedNameProblems(key.toLowerCase()));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] as string);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES));
}

const OWNER_PATH = 'metadata.ownerReferences';

function validateOwnerReferences(owners: readonly OwnerReference[], errors: FieldError[]): void {
  let controller: string | undefined;
  for (const owner of owners) {
    validateOwnerReference(owner, errors);
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller === undefined) controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(OWNER_PATH, owners, detail));
    }
  }
}

/** What is not there at all is told by the structural check, with its index. */
function validateOwnerReference(owner: OwnerReference, errors: FieldError[]): void {
  const { group, version } = parseApiVersion(owner.apiVersion ?? '');
  if (version === '' && owner.apiVersion !== undefined) {
    errors.push(invalid(`${OWNER_PATH}.apiVersion`, owner.apiVersion, 'version must not be empty'));
  }
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (owner[field] === '')
      errors.push(invalid(`${OWNER_PATH}.${field}`, '', 'must not be empty'));
  }
  if (group === '' && version === 'v1' && owner.kind === 'Event') {
    errors.push(invalid(OWNER_PATH, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
}

const FINALIZERS_PATH = 'metadata.finalizers';

function validateFinalizers(finalizers: readonly string[], errors: FieldError[]): void {
  finalizers.forEach((finalizer, index) => {
    pushProblems(errors, FINALIZERS_PATH, finalizer, qualifiedNameProblems(finalizer));
    validateStandardFinalizer(finalizer, `${FINALIZERS_PATH}[${index}]`, errors);
  });
  if (finalizers.includes(FINALIZER_ORPHAN) && finalizers.includes(FINALIZER_FOREGROUND)) {
    const detail = `finalizer ${FINALIZER_ORPHAN} and ${FINALIZER_FOREGROUND} cannot be both set`;
    errors.push(invalid(FINALIZERS_PATH, finalizers, detail));
  }
}

/** A finalizer without a domain must be one of the standard ones. */
export function validateStandardFinalizer(
  finalizer: string,
  path: string,
  errors: FieldError[],
): void {
  if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return;
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  errors.push(invalid(path, finalizer, detail));
}

function validateManagedFields(
  entries: NonNullable<ObjectMeta['managedFields']>,
  errors: FieldError[],
): void {
  entries.forEach((entry, index) => {
    const path = `metadata.managedFields[${index}]`;
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(invalid(`${path}.operation`, entry.operation, 'must be `Apply` or `Update`'));
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errors.push(invalid(`${path}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'));
    }
    if (Buffer.byteLength(entry.manager ?? '') > MAX_MANAGER_BYTES) {
      errors.push(tooLong(`${path}.manager`, MAX_MANAGER_BYTES));
    }
  });
}

/** What no update may change. */
const IMMUTABLE_META = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/**
 * Judges a change of metadata; runs beside {@link validateObjectMeta} of the new state. The caller has carried over what the system sets and the user left out (uid,
 * creationTimestamp, …): what differs here was changed on purpose.
 */
export function validateObjectMetaUpdate(
  { metadata: next }: { readonly metadata: ObjectMeta },
  { metadata: current }: { readonly metadata: ObjectMeta },
): FieldError[] {
  const errors: FieldError[] = [];
  if (current.deletionTimestamp) validateNoNewFinalizers(next, current, errors);
  if ((next.generation ?? 0) < (current.generation ?? 0)) {
    errors.push(invalid('metadata.generation', next.generation, 'must not be decremented'));
  }
  for (const field of IMMUTABLE_META) {
    if ((next[field] ?? '') !== (current[field] ?? '')) {
      errors.push(invalid(`metadata.${field}`, next[field], FIELD_IS_IMMUTABLE));
    }
  }
  return errors;
}

function validateNoNewFinalizers(
  next: ObjectMeta,
  current: ObjectMeta,
  errors: FieldError[],
): void {
  const added = (next.finalizers ?? []).filter((name) => !current.finalizers?.includes(name));
  if (added.length === 0) return;
  const shown = `[]string{${added
    .sort()
    .map((name) => JSON.stringify(name))
    .join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  errors.push(forbiddenField(FINALIZERS_PATH, detail));
}

/** `path: Invalid value: …: field is immutable` when the two differ. */
export function validateImmutable(
  next: unknown,
  current: unknown,
  path: string,
  errors: FieldError[],
): void {
  // What is not there any more is shown as null: that is what was asked for.
  if (!deepEqual(next, current)) errors.push(invalid(path, next ?? null, FIELD_IS_IMMUTABLE));
}

/** `path: Invalid value: -1: must be greater than or equal to 0`. */
export function validateNonNegative(
  value: number | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, MUST_NOT_BE_NEGATIVE));
}
