/**
 * What each type and field is, in a sentence or two of our own: hand-written for what people meet most, generated from
 * names and structure for the rest.
 */
import type { Scheme } from '../scheme.ts';
import type { FieldSchema } from '../structural-schema.ts';
import { FIELD_TEXTS } from './field-texts.ts';
import { phraseField } from './phrase-field.ts';
import { phraseType } from './phrase-type.ts';
import { TYPE_TEXTS } from './type-texts.ts';
import { joinWords } from './words.ts';

export interface Descriptions {
  /** @param typeName The full name: `io.k8s.api.core.v1.Pod`. */
  describeType(typeName: string): string;
  /** @param field The name in JSON. */
  describeField(typeName: string, field: string): string;
  /** As {@link describeField}, without what a schema says as well: values, formats, whether it is required. */
  summarizeField(typeName: string, field: string): string;
}

/** The descriptions of the types of `scheme`. A name that it does not know is described by its words alone. */
export function createDescriptions(scheme: Scheme): Descriptions {
  const summarizeField = (typeName: string, field: string): string => {
    const schema = scheme.type(typeName)?.fields[field];
    const type = shortName(typeName);
    return schema?.description ?? textOf(type, field) ?? phraseField(type, field, schema);
  };
  return {
    summarizeField,
    describeType(typeName) {
      const schema = scheme.type(typeName);
      if (schema?.description) return schema.description;
      if (schema?.isCustom) return describeCustom(typeName);
      const type = shortName(typeName);
      return TYPE_TEXTS[type] ?? phraseType(type, schema);
    },
    describeField(typeName, field) {
      const schema = scheme.type(typeName)?.fields[field];
      const summary = summarizeField(typeName, field);
      return [summary, ...remarks(shortName(typeName), field, schema)].join(' ');
    },
  };
}

/** Where a custom type stands, when its definition says nothing of it: `spec.size` of a Widget. */
function describeCustom(typeName: string): string {
  const [, , kind = '', ...way] = typeName.split('/');
  return way.length === 0 ? `A ${kind}.` : `The ${way.join('.')} of a ${kind}.`;
}

function shortName(typeName: string): string {
  return typeName.slice(Math.max(typeName.lastIndexOf('.'), typeName.lastIndexOf('/')) + 1);
}

function textOf(type: string, field: string): string | undefined {
  const family = /(?:Condition|List)$/.exec(type)?.[0] ?? type;
  return FIELD_TEXTS[`${type}.${field}`] ?? FIELD_TEXTS[`${family}.${field}`] ?? FIELD_TEXTS[field];
}

/** Lists of values longer than this help nobody. */
const MAX_VALUES = 12;

/** What the structure alone says, after the sentence that says what the field is for. */
function remarks(type: string, field: string, schema: FieldSchema | undefined): string[] {
  if (!schema) return [];
  const values = schema.enum ?? [];
  const isListed = values.length > 0 && values.length <= MAX_VALUES;
  return [
    ...(isListed
      ? [`${isMany(schema) ? 'Each is one' : 'One'} of ${joinWords(values, 'or')}.`]
      : []),
    ...formatRemarks(schema),
    ...(schema.listType === 'map' && schema.listMapKeys
      ? [`Entries differ in ${joinWords(schema.listMapKeys)}.`]
      : []),
    ...(schema.required ? ['Required.'] : []),
    ...(isWrittenByControllers(type) && field !== 'apiVersion' ? ['Set by controllers.'] : []),
  ];
}

function isMany({ type }: FieldSchema): boolean {
  return type.kind === 'list' || type.kind === 'map';
}

function formatRemarks(schema: FieldSchema): string[] {
  const { type } = schema;
  const scalar = type.kind === 'list' ? type.items : type.kind === 'map' ? type.values : type;
  if (scalar.kind === 'int-or-string' && !isMany(schema))
    return ['A number, or a text such as a percentage or a name.'];
  if (scalar.kind !== 'string') return [];
  switch (scalar.format) {
    case 'quantity':
      return isMany(schema) ? [] : ['A quantity, such as 500m or 1.5Gi.'];
    case 'byte':
      return ['In base64.'];
    case 'date-time':
      return ['In UTC, to the second.'];
    case 'micro-time':
      return ['In UTC, to the microsecond.'];
    default:
      return [];
  }
}

function isWrittenByControllers(type: string): boolean {
  return /Status$/.test(type);
}
