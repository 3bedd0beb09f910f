import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { expired } from '../../../src/scheme/errors.ts';
import {
  classifyFailure,
  type FailureKind,
  translateError,
} from '../../../src/store/postgres/errors.ts';

function databaseError(code: string): Error {
  const error = new pg.DatabaseError(`error ${code}`, 0, 'error');
  error.code = code;
  return error;
}

describe('a failure means', () => {
  test.each<[what: string, error: unknown, kind: FailureKind]>([
    ['a socket that was reset', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'lost'],
    ['a connection that ended', new Error('Connection terminated unexpectedly'), 'lost'],
    ['a query that timed out', new Error('Query read timeout'), 'lost'],
    ['a session that was terminated', databaseError('57P01'), 'lost'],
    ['a server that starts', databaseError('57P03'), 'lost'],
    ['another session of the same writer', databaseError('OR001'), 'fenced'],
    ['a deadlock', databaseError('40P01'), 'retryable'],
    ['too many connections', databaseError('53300'), 'retryable'],
    ['a full disk', databaseError('53100'), 'retryable'],
    ['a canceled statement', databaseError('57014'), 'retryable'],
    ['a lock that was not to be had', databaseError('55P03'), 'retryable'],
    ['a text that cannot be stored', databaseError('22021'), 'refused'],
    ['a missing table', databaseError('42P01'), 'refused'],
    ['a mistake of ours', new TypeError('x is undefined'), 'refused'],
    ["an answer of the store's own", expired('gone'), 'refused'],
  ])('%s', (_what, error, kind) => {
    expect(classifyFailure(error)).toBe(kind);
  });
});

describe('callers hear', () => {
  test('ServiceUnavailable of what may pass, with the cause kept', () => {
    const cause = new Error('Connection terminated unexpectedly');
    expect(translateError(cause)).toMatchObject({ reason: 'ServiceUnavailable', cause });
  });

  test('that the database is not migrated', () => {
    expect(translateError(databaseError('42P01')).message).toContain('not migrated');
  });

  test('InternalError of what PostgreSQL refuses', () => {
    expect(translateError(databaseError('22021'))).toMatchObject({ reason: 'InternalError' });
  });

  test("the store's own errors as they are", () => {
    const error = expired('gone');
    expect(translateError(error)).toBe(error);
  });
});
