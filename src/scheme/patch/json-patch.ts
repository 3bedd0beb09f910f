import jsonPatch, { type Operation } from 'fast-json-patch';
import { toError } from '../../lib/errors.ts';
import { ApiError, badRequest, entityTooLarge } from '../errors.ts';
import { isJsonObject } from './json-value.ts';

/** Kubernetes' bound: each operation may walk the whole document. */
const MAX_OPERATIONS = 10_000;

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * Applies a JSON patch (RFC 6902) to a copy of `target`.
 * @throws {ApiError} BadRequest when the patch is malformed, Invalid when it cannot be applied to this target (a `test`
 * that fails, a path that is not there), RequestEntityTooLarge for too many operations
 */
export function applyJsonPatch<T extends object>(target: T, patch: unknown): T {
  const operations = checkOperations(patch);
  try {
    return jsonPatch.applyPatch(target, operations, true, false, true).newDocument;
  } catch (thrown) {
    throw inapplicable(thrown, operations);
  }
}

function checkOperations(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  if (patch.length > MAX_OPERATIONS) {
    throw entityTooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  }
  patch.forEach(checkOperation);
  return patch;
}

function checkOperation(operation: unknown, index: number): void {
  if (!isJsonObject(operation)) throw malformed(index, 'must be an object');
  const { op, path, from } = operation;
  if (typeof op !== 'string' || !OPERATIONS.has(op)) {
    throw malformed(
      index,
      `op must be one of ${[...OPERATIONS].join(', ')}, not ${JSON.stringify(op)}`,
    );
  }
  if (typeof path !== 'string' || !isPointer(path)) {
    throw malformed(index, `path must be a JSON pointer, not ${JSON.stringify(path)}`);
  }
  if ((op === 'move' || op === 'copy') && (typeof from !== 'string' || !isPointer(from))) {
    throw malformed(index, `from must be a JSON pointer, not ${JSON.stringify(from)}`);
  }
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  if (needsValue && operation.value === undefined) {
    throw malformed(index, `${op} needs a value`);
  }
}

const malformed = (index: number, why: string): Error =>
  badRequest(`error decoding patch: operation ${index}: ${why}`);

const isPointer = (text: string): boolean => text === '' || text.startsWith('/');

function inapplicable(thrown: unknown, operations: readonly Operation[]): ApiError {
  const error = toError(thrown);
  const index = (thrown as { index?: number }).index;
  const operation = index === undefined ? undefined : operations[index];
  const [reason = ''] = error.message.split('\n');
  const what = operation ? `operation ${index} (${operation.op} ${operation.path})` : 'the patch';
  return new ApiError(
    'Invalid',
    `the JSON patch cannot be applied: ${what}: ${reason}`,
    undefined,
    {
      cause: error,
    },
  );
}
