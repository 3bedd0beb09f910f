import { parse } from 'yaml';
import { assertNoPrototypeKey, parseJson } from '../../http/body-parser.ts';
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

/**
 * The value of a body that is an object. Who does not say what it is sends JSON. Undefined where nothing was sent.
 * @throws {ApiError} BadRequest, UnsupportedMediaType
 */
export function readObjectBody({ contentType, bytes }: RawBody): unknown {
  const mediaType = mediaTypeOf(contentType) || 'application/json';
  if (mediaType === PROTOBUF_MEDIA_TYPE)
    return bytes.length === 0 ? undefined : decodeProtobuf(bytes);
  const text = bytes.toString('utf8');
  if (mediaType === 'application/json') return text.trim() === '' ? undefined : parseJson(text);
  if (mediaType === 'application/yaml') return parseYaml(text);
  throw unsupportedMediaType(OBJECT_TYPES);
}

/** @throws {ApiError} BadRequest */
export function parseYaml(text: string): unknown {
  assertNoPrototypeKey(text);
  try {
    const value: unknown = parse(text, { merge: true, maxAliasCount: MAX_ALIAS_COUNT });
    // What an alias repeats is one object in several places, and may hold itself.
    return text.includes('*') ? JSON.parse(JSON.stringify(value)) : (value ?? undefined);
  } catch (thrown) {
    throw badRequest(`error converting YAML to JSON: ${(thrown as Error).message}`);
  }
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}
