import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { measureDocument } from './measure-document.ts';
import type { QueryLimits } from './query-limits.ts';

const CODE_PARSE_FAILED = 'GRAPHQL_PARSE_FAILED';
export const CODE_LIMIT_EXCEEDED = 'QUERY_LIMIT_EXCEEDED';

/**
 * Parses a document and refuses what is too large before anything that takes more than linear time looks at it.
 * @throws {GraphQLError} with code GRAPHQL_PARSE_FAILED or QUERY_LIMIT_EXCEEDED
 */
export function parseDocument(source: string, limits: QueryLimits): DocumentNode {
  const document = parseSource(source, limits);
  const { depth, fields, aliases } = measureDocument(document);
  assertWithin('depth', depth, limits.maxDepth);
  assertWithin('number of fields', fields, limits.maxFields);
  assertWithin('number of aliases', aliases, limits.maxAliases);
  return document;
}

function parseSource(source: string, { maxTokens }: QueryLimits): DocumentNode {
  try {
    return parse(source, { maxTokens });
  } catch (error) {
    if (error instanceof RangeError)
      throw limitError('the document is nested too deeply to be read');
    if (!(error instanceof GraphQLError)) throw error;
    const isTokenLimit =
      error.message.includes('token limit') || error.message.includes(`${maxTokens} tokens`);
    const code = isTokenLimit ? CODE_LIMIT_EXCEEDED : CODE_PARSE_FAILED;
    throw new GraphQLError(error.message, {
      ...(error.source ? { source: error.source } : {}),
      ...(error.positions ? { positions: error.positions } : {}),
      extensions: { code },
    });
  }
}

function assertWithin(what: string, actual: number, limit: number): void {
  if (actual > limit)
    throw limitError(`the ${what} of the operation is ${actual}, the limit is ${limit}`);
}

export function limitError(message: string): GraphQLError {
  return new GraphQLError(`Query refused: ${message}`, {
    extensions: { code: CODE_LIMIT_EXCEEDED },
  });
}
