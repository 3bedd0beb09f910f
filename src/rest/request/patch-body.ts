import type { Patch } from '../../apiserver/client.ts';
import { badRequest } from '../../scheme/errors.ts';
import { forbiddenField, invalidObject } from '../../scheme/field-error.ts';
import { mediaTypeOf } from '../content/media-ranges.ts';
import { type RawBody, type ReadBody, readJson, readYaml, unsupportedMediaType } from './body.ts';
import { flagOf } from './query-values.ts';

interface PatchReader {
  readonly read: (text: string) => ReadBody;
  readonly toPatch: (value: unknown, query: URLSearchParams) => Patch;
}

const READERS: ReadonlyMap<string, PatchReader> = new Map<string, PatchReader>([
  [
    'application/json-patch+json',
    {
      read: (text) => readJson(text, 'json patch '),
      toPatch: (value) => ({ type: 'json', operations: operationsOf(value) }),
    },
  ],
  [
    'application/merge-patch+json',
    {
      read: (text) => readJson(text),
      toPatch: (value) => ({ type: 'merge', patch: objectOf(value) }),
    },
  ],
  [
    'application/strategic-merge-patch+json',
    {
      read: (text) => readJson(text),
      toPatch: (value) => ({ type: 'strategic', patch: objectOf(value) }),
    },
  ],
  [
    'application/apply-patch+yaml',
    {
      read: readYaml,
      toPatch: (value, query) => ({
        type: 'apply',
        configuration: objectOf(value),
        force: flagOf(query, 'force'),
      }),
    },
  ],
]);

/** What a patch says, and what its body has twice. */
export interface PatchBody extends Pick<ReadBody, 'problems'> {
  readonly patch: Patch;
}

/** The patch of a request, by its content type. @throws {ApiError} BadRequest, Invalid, UnsupportedMediaType */
export function readPatchBody({ contentType, bytes }: RawBody, query: URLSearchParams): PatchBody {
  const mediaType = mediaTypeOf(contentType);
  const reader = READERS.get(mediaType);
  if (!reader) throw unsupportedMediaType([...READERS.keys()]);
  const { value, problems } = reader.read(bytes.toString('utf8'));
  const patch = reader.toPatch(value, query);
  if (patch.type !== 'apply' && query.has('force')) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [
      forbiddenField('force', 'may not be specified for non-apply patch'),
    ]);
  }
  return { patch, problems };
}

function operationsOf(value: unknown): readonly object[] {
  if (Array.isArray(value)) return value as readonly object[];
  throw badRequest('a JSON patch is a list of operations');
}

function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw badRequest('the body of the request is no patch: expected an object');
}
