import { describe, expect, test } from '@jest/globals';
import {
  describeFailure,
  isServerError,
  toServerError,
} from '../../../../src/cli/transport/server-error.ts';
import { notFound } from '../../../../src/scheme/errors.ts';

describe('a failure is told in the words of kubectl', () => {
  test('with its reason', () => {
    const status = notFound({ group: 'apps', resource: 'deployments', name: 'x' }).toStatus();
    expect(describeFailure(status)).toBe(
      'Error from server (NotFound): deployments.apps "x" not found',
    );
  });

  test('with one cause in a line, when it is invalid', () => {
    const details = {
      kind: 'Pod',
      name: 'web',
      causes: [{ field: 'spec.x', message: 'Required value' }],
    };
    expect(describeFailure({ reason: 'Invalid', message: '', details })).toBe(
      'The Pod "web" is invalid: spec.x: Required value',
    );
  });

  test('with several causes in a line each, and each once', () => {
    const causes = [
      { field: 'a', message: 'one' },
      { field: 'b', message: 'two' },
      { field: 'a', message: 'one' },
    ];
    expect(
      describeFailure({ reason: 'Invalid', details: { kind: 'Pod', name: 'web', causes } }),
    ).toBe('The Pod "web" is invalid: \n* a: one\n* b: two');
  });

  test('without details, as they come', () => {
    expect(describeFailure({ reason: 'Invalid', message: 'no good' })).toBe(
      'The request is invalid: no good',
    );
    expect(
      describeFailure({
        reason: 'NotFound',
        message: `the server doesn't have a resource type "x"`,
      }),
    ).toBe(`error: the server doesn't have a resource type "x"`);
  });
});

test('an error of an answer with a Status is that Status', () => {
  const status = notFound({ group: '', resource: 'pods', name: 'x' }).toStatus();
  const error = toServerError({
    message: status.message,
    extensions: { code: 'NotFound', status },
  });
  expect(isServerError(error, 'NotFound')).toBe(true);
  expect(isServerError(error, 'Conflict')).toBe(false);
  expect(error.text).toBe('Error from server (NotFound): pods "x" not found');
  expect(error.exitCode).toBe(1);
});

test('a request that the server does not know points to the versions', () => {
  const error = toServerError({
    message: 'Cannot query field',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
  expect(error.text).toMatch(/^error: the server does not know this request.*Cannot query field$/);
});
