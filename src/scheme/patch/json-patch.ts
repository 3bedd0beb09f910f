import { ApiError, badRequest, entityTooLarge } from '../errors.ts';
import { DoesNotFitError, JsonDocument } from './json-document.ts';
import { isJsonObject } from './json-value.ts';

/** Kubernetes' bound: each operation may walk the whole document. */
const MAX_OPERATIONS = 10_000;

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string }
  | { readonly op: 'remove'; readonly path: string };

/**
 * Applies a JSON patch (RFC 6902). Nothing is mutated; what the patch does not touch is shared with the target.
 * @throws {ApiError} BadRequest when the patch is malformed, Invalid when it cannot be applied to this target (a `test`
 * that fails, a path that is not there), RequestEntityTooLarge for too many operations
 */
export function applyJsonPatch<T extends object>(target: T, patch: unknown): T {
  const operations = checkOperations(patch);
  const document = new JsonDocument(target);
  operations.forEach((operation, index) => {
    try {
      applyOperation(document, operation);
    } catch (error) {
      if (!(error instanceof DoesNotFitError)) throw error;
      throw inapplicable(`operation ${index} (${operation.op} ${operation.path})`, error);
    }
  });
  const { root } = document;
  if (isJsonObject(root)) return root as T;
  throw inapplicable('the result', new DoesNotFitError('it is no object'));
}

/** Operations may have members that mean nothing to them, as a `remove` with a value. */
function applyOperation(document: JsonDocument, operation: Operation): void {
  switch (operation.op) {
    case 'remove':
      document.remove(operation.path);
      break;
    case 'move':
    case 'copy':
      document[operation.op](operation.from, operation.path);
      break;
    default:
      document[operation.op](operation.path, operation.value);
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

function inapplicable(what: string, cause: DoesNotFitError): ApiError {
  const message = `the JSON patch cannot be applied: ${what}: ${cause.message}`;
  return new ApiError('Invalid', message, undefined, { cause });
}
