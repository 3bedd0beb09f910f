import type { FieldType } from './structural-schema.ts';

/** The words in which generated schemas are written: one shared value a scalar type. */
export const string: FieldType = { kind: 'string' };
export const dateTime: FieldType = { kind: 'string', format: 'date-time' };
export const microTime: FieldType = { kind: 'string', format: 'micro-time' };
export const byte: FieldType = { kind: 'string', format: 'byte' };
export const quantity: FieldType = { kind: 'string', format: 'quantity' };
export const int32: FieldType = { kind: 'integer', format: 'int32' };
export const int64: FieldType = { kind: 'integer', format: 'int64' };
export const float: FieldType = { kind: 'number' };
export const boolean: FieldType = { kind: 'boolean' };
export const intOrString: FieldType = { kind: 'int-or-string' };
export const any: FieldType = { kind: 'any' };

export function list(items: FieldType): FieldType {
  return { kind: 'list', items };
}

export function map(values: FieldType): FieldType {
  return { kind: 'map', values };
}

/** A named type: `io.k8s.api.core.v1.PodSpec`. */
export function ref(name: string): FieldType {
  return { kind: 'ref', name };
}
