/**
 * The one translator of errors for GraphQL. `ApiError`s say their Status reason as `extensions.code` and the whole Status
 * as `extensions.status`; GraphQL's own errors (syntax, validation, variables) pass; everything else is masked, with an id
 * that is also in the log.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { maskError } from '../http/mask-error.ts';
import { toError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ApiError } from '../scheme/errors.ts';

export const CODE_INTERNAL = 'INTERNAL_SERVER_ERROR';
const CODE_BAD_USER_INPUT = 'BAD_USER_INPUT';

export type FormatError = (
  formatted: GraphQLFormattedError,
  error: unknown,
) => GraphQLFormattedError;

export function createErrorFormatter(logger: Logger): FormatError {
  return (formatted, error) => {
    const cause = causeOf(error);
    if (cause instanceof ApiError) return formatApiError(formatted, cause);
    if (cause instanceof GraphQLError) return withoutStack(formatted);
    return mask(logger, formatted, cause);
  };
}

/** An error as it is sent, outside of Apollo: over WebSocket and server-sent events. */
export function formatGraphqlError(format: FormatError, error: unknown): GraphQLFormattedError {
  const known =
    error instanceof GraphQLError
      ? error
      : new GraphQLError(toError(error).message, { originalError: toError(error) });
  return format(withDefaultCode(known.toJSON()), known);
}

/** The error at the bottom of GraphQL's wrappers. */
function causeOf(error: unknown): Error {
  let cause = toError(error);
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function formatApiError(formatted: GraphQLFormattedError, error: ApiError): GraphQLFormattedError {
  return {
    ...formatted,
    message: error.message,
    extensions: { ...extensionsOf(error), code: error.reason, status: error.toStatus() },
  };
}

/** What an error adds of its own, such as `resumeFrom`. */
function extensionsOf(error: ApiError): Record<string, unknown> {
  const { extensions } = error as { extensions?: Record<string, unknown> };
  return extensions ?? {};
}

function withoutStack(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
  return { ...formatted, extensions };
}

/** GraphQL's own errors without a code are about what the client sent. */
function withDefaultCode(formatted: GraphQLFormattedError): GraphQLFormattedError {
  return { ...formatted, extensions: { code: CODE_BAD_USER_INPUT, ...formatted.extensions } };
}

function mask(
  logger: Logger,
  formatted: GraphQLFormattedError,
  error: Error,
): GraphQLFormattedError {
  const { errorId, message } = maskError(logger, error, { path: formatted.path });
  return {
    message,
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions: { code: CODE_INTERNAL, errorId },
  };
}
