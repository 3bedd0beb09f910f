import { type Document, LineCounter, parseDocument } from 'yaml';
import { assertNoPrototypeKey, parseJson } from '../../http/body-parser.ts';
import type { FieldValidation } from '../../scheme/decode.ts';
import { duplicateFields } from '../../scheme/duplicate-fields.ts';
import { ApiError, badRequest } from '../../scheme/errors.ts';
import { mediaTypeOf } from '../content/media-ranges.ts';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from '../protobuf/decode-object.ts';

/** A body as it came. */
export interface RawBody {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

const OBJECT_TYPES = ['application/json', 'application/yaml', PROTOBUF_MEDIA_TYPE] as const;

/** Aliases may multiply a document by this much at most: more is an attack ("billion laughs"). */
const MAX_ALIAS_COUNT = 100;

/** What a body says. */
export interface ReadBody {
  /** Undefined where nothing was sent. */
  readonly value: unknown;
  /** What stands in it twice, so that one of them is lost: a text each. Worked out at each call. */
  readonly problems: (validation: FieldValidation) => readonly string[];
}

/** What a body says that is an object. Who does not say what it is sends JSON. @throws {ApiError} BadRequest, UnsupportedMediaType */
export function readObjectBody({ contentType, bytes }: RawBody): ReadBody {
  const mediaType = mediaTypeOf(contentType) || 'application/json';
  if (mediaType === PROTOBUF_MEDIA_TYPE) {
    return { value: bytes.length === 0 ? undefined : decodeProtobuf(bytes), problems: noProblems };
  }
  const text = bytes.toString('utf8');
  if (mediaType === 'application/json') return text.trim() === '' ? NOTHING : readJson(text);
  if (mediaType === 'application/yaml') return readYaml(text);
  throw unsupportedMediaType(OBJECT_TYPES);
}

const noProblems = (): readonly string[] => [];
const NOTHING: ReadBody = { value: undefined, problems: noProblems };

/** @param what whose fields they are, for the texts. @default of an object @throws {ApiError} BadRequest */
export function readJson(text: string, what = ''): ReadBody {
  const value = parseJson(text);
  return {
    value,
    problems: (validation) => {
      if (validation === 'Ignore') return [];
      return duplicateFields(text, value).map((path) => `${what}duplicate field "${path}"`);
    },
  };
}

/** @throws {ApiError} BadRequest */
export function readYaml(text: string): ReadBody {
  assertNoPrototypeKey(text);
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines });
  const [twice, wrong] = partition(document.errors, ({ code }) => code === 'DUPLICATE_KEY');
  if (wrong[0]) throw notYaml(wrong[0]);
  return {
    value: toValue(document, text),
    problems: (validation) => {
      const told = twice.map(({ pos: [at] }) => {
        const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^:\n]*)/.exec(text.slice(at))?.[0].trim();
        const name = JSON.stringify(key?.replace(/^(["'])(.*)\1$/, '$2'));
        return `line ${lines.linePos(at).line}: key ${name} already set in map`;
      });
      if (validation === 'Ignore' || told.length === 0) return [];
      return validation === 'Warn' ? told : [`yaml: unmarshal errors:\n  ${told.join('\n  ')}`];
    },
  };
}

function toValue(document: Document.Parsed, text: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    // What an alias repeats is one object in several places, and may hold itself.
    return text.includes('*') ? JSON.parse(JSON.stringify(value)) : (value ?? undefined);
  } catch (thrown) {
    throw notYaml(thrown as Error);
  }
}

function notYaml({ message }: Error): ApiError {
  return badRequest(`error converting YAML to JSON: ${message}`);
}

function partition<T>(all: readonly T[], belongs: (one: T) => boolean): [T[], T[]] {
  return [all.filter(belongs), all.filter((one) => !belongs(one))];
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}
