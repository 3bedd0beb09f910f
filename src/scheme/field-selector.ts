import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { badRequest } from './errors.ts';
import type { ApiObject } from './object.ts';

/** One condition on a field. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Fields that field selectors may name, with how to read each: a strategy's `selectableFields`. */
export type SelectableFields = Readonly<Record<string, (object: ApiObject) => string>>;

export type FieldMatcher = (object: ApiObject) => boolean;

/** The fields that every kind can be selected by. */
const METADATA_FIELDS: SelectableFields = {
  'metadata.name': (object) => object.metadata.name ?? '',
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
};

/** Splits at commas that no backslash precedes. */
function splitTerms(text: string): string[] {
  return text.split(/(?<!\\)(?:\\\\)*,/);
}

const unescapeValue = (value: string): string => value.replace(/\\([\\,=])/g, '$1');

/**
 * Reads the text form of a field selector: `status.phase=Running,spec.nodeName!=node-1`. In values, `\`, `,` and `=` are
 * written with a backslash before them. @throws {ApiError} BadRequest
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term.trim() === '') continue;
    requirements.push(parseTerm(term, text));
  }
  return requirements;
}

function parseTerm(term: string, text: string): FieldRequirement {
  const match = /^\s*([^=!\s]+)\s*(!=|==|=)(.*)$/s.exec(term);
  if (!match) {
    throw badRequest(
      `unable to parse field selector ${JSON.stringify(text)}: ${JSON.stringify(term)} is none of field=value, field==value and field!=value`,
    );
  }
  return {
    field: match[1] as string,
    operator: match[2] === '!=' ? '!=' : '=',
    value: unescapeValue(match[3] as string),
  };
}

/** Writes requirements in the text form. */
export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements
    .map(({ field, operator, value }) => {
      return `${field}${operator}${value.replace(/[\\,=]/g, (character) => `\\${character}`)}`;
    })
    .join(',');
}

/**
 * A matcher that holds when every requirement does.
 * @throws {ApiError} BadRequest for a field that the kind cannot be selected by, listing those it can
 */
export function compileFieldSelector(
  requirements: readonly FieldRequirement[],
  selectable: SelectableFields = {},
): FieldMatcher {
  const matchers = requirements.map(({ field, operator, value }) => {
    const read = ownField(METADATA_FIELDS, field) ?? ownField(selectable, field);
    if (!read) throw unsupportedField(field, selectable);
    const wantsEqual = operator === '=';
    return (object: ApiObject) => (read(object) === value) === wantsEqual;
  });
  const [only] = matchers;
  if (!only) return () => true;
  if (matchers.length === 1) return only;
  return (object) => matchers.every((matches) => matches(object));
}

function ownField(fields: SelectableFields, field: string): SelectableFields[string] | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

function unsupportedField(field: string, selectable: SelectableFields): Error {
  const supported = [...Object.keys(METADATA_FIELDS), ...Object.keys(selectable)];
  return badRequest(
    `field label not supported: ${field}${didYouMeanHint(field, supported)} (supported: ${supported.join(', ')})`,
  );
}

/** The value that the requirements pin `field` to, where they do: lets a list start from an index. */
export function pinnedValue(
  requirements: readonly FieldRequirement[],
  field: string,
): string | undefined {
  return requirements.find((one) => one.field === field && one.operator === '=')?.value;
}
