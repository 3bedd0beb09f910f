import { deepEqual } from '../../../lib/deep-equal.ts';
import { type FieldError, forbiddenField, invalid, tooLong } from '../../field-error.ts';
import type { ConfigMap } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { configKeyProblems } from '../../names.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

/** ConfigMaps and Secrets hold at most one mebibyte. */
export const MAX_DATA_BYTES = 1024 * 1024;

export const IMMUTABLE_WHEN_SET = 'field is immutable when `immutable` is set';

function validate({ data, binaryData }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const key in data) {
    pushProblems(errors, `data[${key}]`, key, configKeyProblems(key));
    if (binaryData && Object.hasOwn(binaryData, key)) {
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    bytes += Buffer.byteLength(data[key] as string);
  }
  for (const key in binaryData) {
    pushProblems(errors, `binaryData[${key}]`, key, configKeyProblems(key));
    bytes += decodedBytes(binaryData[key] as string);
  }
  // The empty path is the whole object.
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong('', MAX_DATA_BYTES));
  return errors;
}

/** How many bytes a base64 text stands for. */
export const decodedBytes = (base64: string): number => Buffer.byteLength(base64, 'base64');

function validateUpdate(next: ConfigMap, current: ConfigMap): FieldError[] {
  if (!current.immutable) return [];
  const errors: FieldError[] = [];
  if (!next.immutable) errors.push(forbiddenField('immutable', IMMUTABLE_WHEN_SET));
  for (const member of ['data', 'binaryData'] as const) {
    if (deepEqual(next[member] ?? {}, current[member] ?? {})) continue;
    errors.push(forbiddenField(member, IMMUTABLE_WHEN_SET));
  }
  return errors;
}

/** core/ConfigMap. */
export const configMapStrategy: KindStrategy<ConfigMap> = {
  ...WITHOUT_GENERATION,
  validate,
  validateUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Data',
      description: 'How many entries it has.',
      cell: ({ data = {}, binaryData = {} }) =>
        Object.keys(data).length + Object.keys(binaryData).length,
    },
    ageColumn,
  ],
};
