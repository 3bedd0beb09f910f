import { ApiError } from '../../scheme/errors.ts';
import { type RestRequest, wantsWatch } from '../rest-request.ts';
import { createEncoder, type Encoder } from './encoder.ts';
import { type Format, JSON_FORMAT, PRETTY_JSON_FORMAT, YAML_FORMAT } from './format.ts';
import { type MediaRange, parseMediaRanges } from './media-ranges.ts';
import type { View } from './view.ts';

/** What of a request decides how its answer looks. */
export interface AnswerRequest {
  readonly accept: string | undefined;
  readonly userAgent: string | undefined;
  readonly query: URLSearchParams;
}

/** How the answer is written, by the first alternative of the Accept header that can be. @throws {ApiError} NotAcceptable */
export function negotiate(request: RestRequest): Encoder {
  const isWatch = wantsWatch(request);
  const { headers, query } = request;
  const answer = { accept: headers.accept, userAgent: headers['user-agent'], query };
  for (const range of parseMediaRanges(headers.accept)) {
    const format = formatOf(range, answer);
    if (!format || (isWatch && !format.isStreamable)) continue;
    const view = viewOf(range, request, isWatch);
    if (view) return createEncoder(view, format);
  }
  throw notAcceptable(isWatch);
}

/** The format of an answer that is no object: a Status. Whoever accepts none gets JSON. */
export function negotiateFormat(request: AnswerRequest): Format {
  for (const range of parseMediaRanges(request.accept)) {
    const format = formatOf(range, request);
    if (format) return format;
  }
  return JSON_FORMAT;
}

function formatOf({ type, subtype }: MediaRange, request: AnswerRequest): Format | undefined {
  if (type !== '*' && type !== 'application') return undefined;
  if (subtype === '*' || subtype === 'json') {
    return wantsPretty(request) ? PRETTY_JSON_FORMAT : JSON_FORMAT;
  }
  return subtype === 'yaml' ? YAML_FORMAT : undefined;
}

/** Programs behind which people sit. */
const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/;

function wantsPretty({ query, userAgent = '' }: AnswerRequest): boolean {
  const asked = query.get('pretty');
  return asked === null ? PEOPLE.test(userAgent) : !/^(?:0|f|false)$/i.test(asked);
}

function viewOf(
  { parameters }: MediaRange,
  { context, path, query }: RestRequest,
  isWatch: boolean,
): View | undefined {
  const request = {
    kind: parameters.get('as') ?? '',
    group: parameters.get('g') ?? '',
    version: parameters.get('v') ?? '',
    definition: path.definition,
    isList: isWatch || path.name === undefined,
    query,
  };
  for (const factory of context.views) {
    const view = factory(request, context);
    if (view) return view;
  }
  return undefined;
}

function notAcceptable(isWatch: boolean): ApiError {
  const accepted = isWatch ? ['application/json'] : ['application/json', 'application/yaml'];
  return new ApiError(
    'NotAcceptable',
    `only the following media types are accepted: ${accepted.join(', ')}`,
  );
}
