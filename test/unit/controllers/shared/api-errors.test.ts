import { describe, expect, test } from '@jest/globals';
import {
  ignoreNotFound,
  isNamespaceTerminating,
} from '../../../../src/controllers/shared/api-errors.ts';
import { ApiError, type StatusCause } from '../../../../src/scheme/errors.ts';

const forbidden = (causes?: StatusCause[]): ApiError =>
  new ApiError('Forbidden', 'no', causes ? { causes } : {});

test.each<[title: string, thrown: unknown, is: boolean]>([
  ['a refusal for that cause', forbidden([{ reason: 'NamespaceTerminating', message: '' }]), true],
  ['a refusal for another cause', forbidden([{ reason: 'Other', message: '' }]), false],
  ['a refusal without a cause', forbidden(), false],
  ['another error', new ApiError('Conflict', 'no'), false],
  ['what is no error of the API', new Error('NamespaceTerminating'), false],
])('a namespace that goes is told from %s', (_title, thrown, is) => {
  expect(isNamespaceTerminating(thrown)).toBe(is);
});

describe('a write about what may be gone', () => {
  test('gives what it gives', async () => {
    expect(await ignoreNotFound(Promise.resolve(7))).toBe(7);
  });

  test('gives nothing when it is gone', async () => {
    const gone = Promise.reject(new ApiError('NotFound', 'gone'));
    expect(await ignoreNotFound(gone)).toBeUndefined();
  });

  test.each([new ApiError('Conflict', 'no'), new Error('broken')])(
    'fails as %s does',
    async (thrown) => {
      await expect(ignoreNotFound(Promise.reject(thrown))).rejects.toBe(thrown);
    },
  );
});
