import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, required, tooLong } from '../../field-error.ts';
import type { Secret } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems, validateImmutable } from '../../metadata-validation.ts';
import { configKeyProblems } from '../../names.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { decodedBytes, IMMUTABLE_WHEN_SET, MAX_DATA_BYTES } from './config-map.ts';

const ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** What must be in a Secret of a type. */
const NEEDED_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);
const JSON_TYPES = ['kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'];
const BASIC_AUTH_KEYS = ['username', 'password'];

/** `stringData` is how to write `data` in plain text: it is never stored. */
function mergeStringData(secret: Secret): void {
  const { stringData } = secret;
  if (!stringData) return;
  const data: Record<string, string> = { ...secret.data };
  for (const key of Object.keys(stringData)) {
    data[key] = Buffer.from(stringData[key] as string).toString('base64');
  }
  secret.data = data;
  delete secret.stringData;
}

function validate(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  const { data = {} } = secret;
  let bytes = 0;
  for (const key in data) {
    pushProblems(errors, `data[${key}]`, key, configKeyProblems(key));
    bytes += decodedBytes(data[key] as string);
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
  validateByType(secret, data, errors);
  return errors;
}

function validateByType(
  { type = '', metadata }: Secret,
  data: Readonly<Record<string, string>>,
  errors: FieldError[],
): void {
  for (const key of NEEDED_KEYS.get(type) ?? []) {
    if (!data[key]) errors.push(required(`data[${key}]`));
    else if (JSON_TYPES.includes(type)) checkJson(data[key], `data[${key}]`, errors);
  }
  if (type === 'kubernetes.io/service-account-token' && !metadata.annotations?.[ACCOUNT_NAME]) {
    errors.push(required(`metadata.annotations[${ACCOUNT_NAME}]`));
  }
  const isBasicAuth = type === 'kubernetes.io/basic-auth';
  if (isBasicAuth && BASIC_AUTH_KEYS.every((key) => data[key] === undefined)) {
    errors.push(...BASIC_AUTH_KEYS.map((key) => required(`data[${key}]`)));
  }
}

function checkJson(base64: string, path: string, errors: FieldError[]): void {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  } catch {
    // Ignored: whatever the parser says could quote the secret; the error below says enough.
  }
  errors.push(invalid(path, '<secret contents redacted>', 'must be a JSON object'));
}

function validateUpdate(next: Secret, current: Secret): FieldError[] {
  const errors: FieldError[] = [];
  validateImmutable(next.type, current.type, 'type', errors);
  if (!current.immutable) return errors;
  if (!next.immutable) errors.push(forbiddenField('immutable', IMMUTABLE_WHEN_SET));
  if (!deepEqual(next.data ?? {}, current.data ?? {})) {
    errors.push(forbiddenField('data', IMMUTABLE_WHEN_SET));
  }
  return errors;
}

/** core/Secret. */
export const secretStrategy: KindStrategy<Secret> = {
  applyDefaults(secret) {
    secret.type ||= 'Opaque';
    mergeStringData(secret);
  },
  ...WITHOUT_GENERATION,
  validate,
  validateUpdate,
  selectableFields: { type: ({ type }) => type ?? '' },
  printerColumns: [
    nameColumn,
    { name: 'Type', description: 'What it is for.', cell: ({ type }) => type ?? '' },
    {
      name: 'Data',
      description: 'How many entries it has.',
      cell: ({ data = {} }) => Object.keys(data).length,
    },
    ageColumn,
  ],
};
