import type { TypeSchema } from '../structural-schema.ts';
import { capitalize, joinWords, toPhrase, withArticle } from './words.ts';

/** Endings of type names and what they say: `%` stands for the rest of the name with its article, `#` without. */
const ENDINGS: readonly (readonly [string, string])[] = [
  ['List', 'A list of # objects, with the resourceVersion that it was read at.'],
  ['Spec', 'What is wanted of %: written by users.'],
  ['Status', 'What is observed of %: written by controllers.'],
  ['Condition', 'One aspect of the state of %, with when and why it last changed.'],
  ['Template', 'What % is made from.'],
  ['Reference', 'A reference to %.'],
  ['PersistentVolumeSource', 'Where a persistent volume comes from: %.'],
  ['VolumeSource', 'Where a volume comes from: %.'],
  ['Source', 'Where a value comes from: %.'],
  ['Projection', 'Files in a volume that come from %.'],
  ['Selector', 'Tells which # is meant.'],
  ['Review', 'A question about % and its answer.'],
  ['Strategy', 'How % is carried out.'],
];

/** More names than this in a row are no help. */
const MAX_FIELDS = 5;

/** A sentence about a type, from its name and its fields: the fallback of `describeType`. */
export function phraseType(type: string, schema: TypeSchema | undefined): string {
  if (schema?.opaque) return `${capitalize(toPhrase(type))}: a JSON object of any content.`;
  for (const [ending, sentence] of ENDINGS) {
    const stem = type.slice(0, -ending.length);
    if (!type.endsWith(ending) || stem === '') continue;
    const phrase = toPhrase(stem);
    return capitalize(sentence.replace('%', withArticle(phrase)).replace('#', phrase));
  }
  const isKind = schema?.fields.kind !== undefined && schema.fields.metadata !== undefined;
  if (isKind) return `${capitalize(withArticle(toPhrase(type)))}: an object of the API.`;
  return `${capitalize(withArticle(toPhrase(type)))}${fieldsOf(schema)}.`;
}

function fieldsOf(schema: TypeSchema | undefined): string {
  const fields = Object.keys(schema?.fields ?? {});
  if (fields.length === 0) return '';
  if (fields.length <= MAX_FIELDS) return `, made of ${joinWords(fields)}`;
  return `, made of ${fields.slice(0, MAX_FIELDS - 1).join(', ')} and ${fields.length - MAX_FIELDS + 1} more fields`;
}
