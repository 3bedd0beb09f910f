import { ApiError, type StatusCause } from './errors.ts';

/** Kubernetes' field error types and the words that its messages begin with. */
const WORDS = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
} as const;

export type FieldErrorType = keyof typeof WORDS;

/** One thing that is wrong with an object, at one path. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** `spec.containers[0].image`; map keys as `metadata.labels[app]`. */
  readonly field: string;
  /** The refused value, where showing it helps and it is no secret. */
  readonly value?: unknown;
  readonly detail: string;
}

export const required = (field: string, detail = ''): FieldError => ({
  type: 'FieldValueRequired',
  field,
  detail,
});

export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field,
  value,
  detail,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field,
  value,
  detail: '',
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field,
  detail,
});

export const notSupported = (
  field: string,
  value: unknown,
  supported: readonly string[],
): FieldError => ({
  type: 'FieldValueNotSupported',
  field,
  value,
  detail: `supported values: ${supported.map((word) => JSON.stringify(word)).join(', ')}`,
});

export const tooLong = (field: string, maxBytes: number): FieldError => ({
  type: 'FieldValueTooLong',
  field,
  detail: `may not be more than ${maxBytes} bytes`,
});

export const tooMany = (field: string, value: number, max: number): FieldError => ({
  type: 'FieldValueTooMany',
  field,
  value,
  detail: `must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
});

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${formatFieldErrorBody(error)}`;
}

function formatFieldErrorBody({ type, value, detail }: FieldError): string {
  const shown = value === undefined ? '' : `: ${JSON.stringify(value)}`;
  return `${WORDS[type]}${shown}${detail === '' ? '' : `: ${detail}`}`;
}

export interface InvalidObject {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** The Invalid error that lists every cause: `Deployment.apps "web" is invalid: …`. */
export function invalidObject(object: InvalidObject, errors: readonly FieldError[]): ApiError {
  const messages = [...new Set(errors.map(formatFieldError))];
  const shown = messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`;
  const kind = object.group === '' ? object.kind : `${object.kind}.${object.group}`;
  const causes: StatusCause[] = errors.map((error) => ({
    reason: error.type,
    message: formatFieldErrorBody(error),
    field: error.field,
  }));
  return new ApiError('Invalid', `${kind} "${object.name}" is invalid: ${shown}`, {
    name: object.name,
    ...(object.group === '' ? {} : { group: object.group }),
    kind: object.kind,
    causes,
  });
}
