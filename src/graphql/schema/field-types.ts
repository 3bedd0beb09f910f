import { didYouMeanHint } from '../../lib/did-you-mean.ts';
import { badRequest } from '../../scheme/errors.ts';
import type { FieldType, TypeSchema } from '../../scheme/structural-schema.ts';
import { parsePath, type Step } from './field-path.ts';

export type TypeLookup = (name: string) => TypeSchema | undefined;

/** A field of a kind, as conditions and orders name it. */
export interface TypedField {
  /** From the object, or from the element that a condition is about; '' for that itself. */
  readonly path: string;
  /** Undefined where the kind keeps any field. */
  readonly type: FieldType | undefined;
}

/** The type at `path` below `type`. @throws {ApiError} BadRequest for a path that the kind does not have */
export function typeAt(type: FieldType | undefined, path: string, lookup: TypeLookup): TypedField {
  let at: FieldType | undefined = type;
  for (const step of path === '' ? [] : parsePath(path)) {
    const below = typeBelow(at, step, lookup);
    if ('problem' in below) throw badRequest(`path: "${path}": ${below.problem}`);
    at = below.type;
  }
  return { path, type: at };
}

type Below = { readonly type: FieldType | undefined } | { readonly problem: string };

function typeBelow(type: FieldType | undefined, step: Step, lookup: TypeLookup): Below {
  if (!type) return { type: undefined };
  switch (type.kind) {
    case 'any':
      return { type: undefined };
    case 'list':
      return isKey(step)
        ? { problem: `before ${step.key} is a list: name its elements by [*], [0], or with some` }
        : { type: type.items };
    case 'map':
      return { type: type.values };
    case 'ref':
      return fieldBelow(lookup(type.name), step);
    default:
      return { problem: `a ${type.kind} has no fields` };
  }
}

function fieldBelow(schema: TypeSchema | undefined, step: Step): Below {
  if (!schema || schema.opaque) return { type: undefined };
  if (!isKey(step)) return { problem: `${shortName(schema)} is no list` };
  if (Object.hasOwn(schema.fields, step.key)) return { type: schema.fields[step.key]?.type };
  const hint = didYouMeanHint(step.key, new Set(Object.keys(schema.fields)));
  return { problem: `${shortName(schema)} has no field "${step.key}"${hint}` };
}

const isKey = (step: Step): step is { readonly key: string } =>
  typeof step === 'object' && 'key' in step;

const shortName = ({ name }: TypeSchema): string => name.slice(name.lastIndexOf('.') + 1);

const SCALARS: ReadonlySet<string> = new Set([
  'string',
  'integer',
  'number',
  'boolean',
  'int-or-string',
]);

/** @throws {ApiError} BadRequest for a field that holds others: it has no value to compare */
export function assertScalar({ path, type }: TypedField, what: string): void {
  if (!type || type.kind === 'any' || SCALARS.has(type.kind)) return;
  throw badRequest(
    `${what}: "${path}" is a ${type.kind === 'ref' ? 'structure' : type.kind}: name a field in it`,
  );
}

/** @throws {ApiError} BadRequest for a value that the field can never have */
export function assertComparable({ path, type }: TypedField, value: unknown): void {
  const wanted =
    type && VALUE_TYPES[type.kind === 'string' ? (type.format ?? 'string') : type.kind];
  if (!wanted || value === null || wanted.includes(typeof value)) return;
  throw badRequest(
    `where: "${path}" is compared with ${JSON.stringify(value)}, but is a ${wanted[0]}`,
  );
}

/** What the values of a type are in JSON; of a quantity also a number. */
const VALUE_TYPES: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  'date-time': ['string'],
  'micro-time': ['string'],
  duration: ['string'],
  byte: ['string'],
  quantity: ['string', 'number'],
  'int-or-string': ['string', 'number'],
  integer: ['number'],
  number: ['number'],
  boolean: ['boolean'],
};
