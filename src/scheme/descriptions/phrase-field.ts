import type { FieldSchema, FieldType } from '../structural-schema.ts';
import { capitalize, splitWords, toPhrase, withArticle } from './words.ts';

/** Endings of names that tell the unit of a number. */
const UNITS: Readonly<Record<string, string>> = {
  bytes: 'bytes',
  micros: 'microseconds',
  millis: 'milliseconds',
  milliseconds: 'milliseconds',
  minutes: 'minutes',
  percent: 'percent',
  percentage: 'percent',
  seconds: 'seconds',
};

/** A sentence about a field, from its name and its type: the fallback of `describeField`. */
export function phraseField(type: string, field: string, schema: FieldSchema | undefined): string {
  const words = splitWords(field);
  const owner = toPhrase(type.replace(/(?<=.)(Spec|Status)$/, ''));
  const sentence =
    phraseOfEnding(words, owner, schema?.type) ??
    phraseOfType(words.join(' '), owner, schema?.type);
  return `${capitalize(sentence)}.`;
}

function phraseOfEnding(
  words: readonly string[],
  owner: string,
  type: FieldType | undefined,
): string | undefined {
  const last = words.at(-1)?.toLowerCase() ?? '';
  const stem = words.slice(0, -1).join(' ');
  const isNumber = type?.kind === 'integer' || type?.kind === 'number';
  if (isNumber && UNITS[last]) {
    return `the ${stem === '' ? 'length' : stem} of ${withArticle(owner)}, in ${UNITS[last]}`;
  }
  if (stem === '' || type?.kind === 'boolean') return undefined;
  switch (last) {
    case 'name':
      return `the name of the ${stem} that belongs to ${withArticle(owner)}`;
    case 'names':
      return `the names of the ${stem} entries of ${withArticle(owner)}`;
    case 'ref':
    case 'reference':
      return `which ${stem} ${withArticle(owner)} refers to`;
    case 'selector':
      return `which ${stem} objects ${withArticle(owner)} chooses`;
    case 'time':
    case 'timestamp':
      return `the moment of "${stem}" in ${withArticle(owner)}`;
    case 'policy':
      return `how ${withArticle(owner)} treats "${stem}"`;
    case 'id':
      return `what identifies the ${stem} of ${withArticle(owner)}`;
    default:
      return undefined;
  }
}

function phraseOfType(phrase: string, owner: string, type: FieldType | undefined): string {
  const of = `of ${withArticle(owner)}`;
  switch (type?.kind) {
    case 'boolean':
      return `whether "${phrase}" holds for ${withArticle(owner)}`;
    case 'integer':
    case 'number':
      return `the ${phrase} ${of}, as a number`;
    case 'list':
      return `the ${phrase} ${of}: a list of ${plural(type.items)}`;
    case 'map':
      return `the ${phrase} ${of}: ${plural(type.values)} by key`;
    case 'ref':
      return `the ${phrase} ${of}: ${withArticle(shortType(type.name))}`;
    case 'any':
      return `the ${phrase} ${of}: any JSON value`;
    default:
      return `the ${phrase} ${of}`;
  }
}

function shortType(name: string): string {
  return toPhrase(name.slice(name.lastIndexOf('.') + 1));
}

function plural(type: FieldType): string {
  switch (type.kind) {
    case 'string':
      return type.format === 'quantity' ? 'quantities' : 'texts';
    case 'integer':
    case 'number':
      return 'numbers';
    case 'boolean':
      return 'truth values';
    case 'int-or-string':
      return 'numbers or texts';
    case 'any':
      return 'JSON values';
    case 'list':
      return `lists of ${plural(type.items)}`;
    case 'map':
      return `maps of ${plural(type.values)}`;
    case 'ref':
      return `${shortType(type.name)} entries`;
  }
}
