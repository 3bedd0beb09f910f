import { describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { createErrorFormatter, formatGraphqlError } from '../../../src/graphql/format-error.ts';
import { ApiError, notFound } from '../../../src/scheme/errors.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const wrap = (originalError: Error): GraphQLError =>
  new GraphQLError(originalError.message, { path: ['core', 'v1', 'pod'], originalError });

function format(error: unknown) {
  const logger = new RecordingLogger();
  return { formatted: formatGraphqlError(createErrorFormatter(logger), error), logger };
}

describe('errors as clients see them', () => {
  test('an ApiError says its reason as code and brings its Status', () => {
    const error = notFound({ group: '', resource: 'pods', name: 'web' });
    const { formatted, logger } = format(wrap(error));
    expect(formatted).toEqual({
      message: 'pods "web" not found',
      path: ['core', 'v1', 'pod'],
      extensions: { code: 'NotFound', status: error.toStatus() },
    });
    expect(logger.lines).toEqual([]);
  });

  test('an ApiError under several wrappers is found', () => {
    const { formatted } = format(wrap(wrap(new ApiError('Expired', 'too old'))));
    expect(formatted.extensions?.code).toBe('Expired');
  });

  test('errors of GraphQL itself pass, with their code', () => {
    const error = new GraphQLError('Cannot query field "x"', {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', stacktrace: ['secret'] },
    });
    expect(format(error).formatted).toEqual({
      message: 'Cannot query field "x"',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(format(new GraphQLError('Variable "$n"')).formatted.extensions).toEqual({
      code: 'BAD_USER_INPUT',
    });
  });

  test('anything else is masked, and logged under the id that the client sees', () => {
    const cause = new TypeError('the password is hunter2');
    const { formatted, logger } = format(wrap(cause));
    const { errorId, code } = formatted.extensions as { errorId: string; code: string };
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(formatted.message).toContain(errorId);
    expect(JSON.stringify(formatted)).not.toContain('hunter2');
    expect(logger.lines).toMatchObject([{ level: 'error', fields: { errorId, error: cause } }]);
  });

  test('what is thrown without being an error is masked as well', () => {
    expect(format('oops').formatted.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
  });
});
