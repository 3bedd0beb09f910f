import type { Patch } from '../../apiserver/client.ts';
import { parseJson } from '../../http/body-parser.ts';
import { badRequest } from '../../scheme/errors.ts';
import { forbiddenField, invalidObject } from '../../scheme/field-error.ts';
import { mediaTypeOf } from '../content/media-ranges.ts';
import { parseYaml, type RawBody, unsupportedMediaType } from './body.ts';
import { flagOf } from './query-values.ts';

type PatchReader = (text: string, query: URLSearchParams) => Patch;

const READERS: ReadonlyMap<string, PatchReader> = new Map<string, PatchReader>([
  ['application/json-patch+json', (text) => ({ type: 'json', operations: operationsOf(text) })],
  ['application/merge-patch+json', (text) => ({ type: 'merge', patch: objectOf(parseJson(text)) })],
  [
    'application/strategic-merge-patch+json',
    (text) => ({ type: 'strategic', patch: objectOf(parseJson(text)) }),
  ],
  [
    'application/apply-patch+yaml',
    (text, query) => ({
      type: 'apply',
      configuration: objectOf(parseYaml(text)),
      force: flagOf(query, 'force'),
    }),
  ],
]);

/** The patch of a request, by its content type. @throws {ApiError} BadRequest, Invalid, UnsupportedMediaType */
export function readPatchBody({ contentType, bytes }: RawBody, query: URLSearchParams): Patch {
  const mediaType = mediaTypeOf(contentType);
  const read = READERS.get(mediaType);
  if (!read) throw unsupportedMediaType([...READERS.keys()]);
  const patch = read(bytes.toString('utf8'), query);
  if (patch.type !== 'apply' && query.has('force')) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [
      forbiddenField('force', 'may not be specified for non-apply patch'),
    ]);
  }
  return patch;
}

function operationsOf(text: string): readonly object[] {
  const value = parseJson(text);
  if (Array.isArray(value)) return value as readonly object[];
  throw badRequest('a JSON patch is a list of operations');
}

function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw badRequest('the body of the request is no patch: expected an object');
}
