import { deepEqual } from '../../lib/deep-equal.ts';
import { isJsonObject, type JsonObject, setMember } from './json-value.ts';

/** Why an operation does not fit the document. */
export class DoesNotFitError extends Error {}

/** Kubernetes' bound: copies of copies grow a document without end. */
const MAX_COPIED_CHARACTERS = 3 * 1024 * 1024;

type Container = JsonObject | unknown[];

/**
 * A JSON value that the operations of a JSON patch change, by pointers (RFC 6901). What it starts from and what is put into it
 * stay as they are: objects and lists are copied before their first change.
 */
export class JsonDocument {
  #root: unknown;
  /** Objects and lists that are in the document alone, in one place. */
  readonly #owned = new Set<Container>();
  #copiedCharacters = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  get root(): unknown {
    return this.#root;
  }

  add(path: string, value: unknown): void {
    this.#change(path, value, (container, key) => {
      if (Array.isArray(container)) container.splice(placeFor(container, key), 0, value);
      else setMember(container, key, value);
    });
  }

  remove(path: string): void {
    this.#change(path, null, (container, key) => {
      childOf(container, key);
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete container[key];
    });
  }

  replace(path: string, value: unknown): void {
    this.#change(path, value, (container, key) => {
      childOf(container, key);
      setChild(container, key, value);
    });
  }

  move(from: string, path: string): void {
    if (path.startsWith(`${from}/`)) throw new DoesNotFitError('a value cannot move into itself');
    const value = this.#find(from);
    this.remove(from);
    this.add(path, value);
  }

  copy(from: string, path: string): void {
    const value = this.#find(from);
    this.#copiedCharacters += JSON.stringify(value).length;
    if (this.#copiedCharacters > MAX_COPIED_CHARACTERS) {
      throw new DoesNotFitError(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedCharacters}, exceeding the limit ${MAX_COPIED_CHARACTERS}`,
      );
    }
    // What is in it is in two places from now on.
    this.#owned.clear();
    this.add(path, value);
  }

  /** As in Kubernetes, a member that is not there is null. */
  test(path: string, value: unknown): void {
    const keys = keysOf(path);
    const last = keys.pop();
    const parent = keys.reduce(childOf, this.#root);
    const isAbsent = last !== undefined && isJsonObject(parent) && !Object.hasOwn(parent, last);
    if (isAbsent && value === null) return;
    const found = last === undefined ? parent : childOf(parent, last);
    if (!deepEqual(found, value)) throw new DoesNotFitError('test failed');
  }

  #find(path: string): unknown {
    return keysOf(path).reduce(childOf, this.#root);
  }

  /** Calls `change` with what holds the place, or makes `root` the document where the place is the whole. */
  #change(path: string, root: unknown, change: (container: Container, key: string) => void): void {
    const keys = keysOf(path);
    const last = keys.pop();
    if (last === undefined) {
      this.#root = root;
      return;
    }
    let container = this.#own(this.#root);
    this.#root = container;
    for (const key of keys) {
      const child = this.#own(childOf(container, key));
      setChild(container, key, child);
      container = child;
    }
    change(container, last);
  }

  #own(value: unknown): Container {
    if (!isContainer(value)) throw noContainer(value);
    if (this.#owned.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#owned.add(copy);
    return copy;
  }
}

function keysOf(pointer: string): string[] {
  const [, ...keys] = pointer.split('/');
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const isContainer = (value: unknown): value is Container =>
  Array.isArray(value) || isJsonObject(value);

const noContainer = (value: unknown): DoesNotFitError =>
  new DoesNotFitError(`${JSON.stringify(value)} is neither an object nor a list`);

/** @throws {DoesNotFitError} when there is none */
function childOf(container: unknown, key: string): unknown {
  if (!isContainer(container)) throw noContainer(container);
  if (Array.isArray(container)) {
    if (isIndex(key) && Number(key) < container.length) return container[Number(key)];
    throw new DoesNotFitError(`a list of ${container.length} has no element ${key}`);
  }
  if (Object.hasOwn(container, key)) return container[key];
  throw new DoesNotFitError(`there is no member ${JSON.stringify(key)}`);
}

function setChild(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else setMember(container, key, value);
}

function placeFor(list: readonly unknown[], key: string): number {
  if (key === '-') return list.length;
  if (isIndex(key) && Number(key) <= list.length) return Number(key);
  throw new DoesNotFitError(`a list of ${list.length} has no place ${key}`);
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,9})$/.test(key);
