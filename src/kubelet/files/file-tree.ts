/**
 * The files of one simulated container: a tree in memory, with other trees mounted into it. Nothing here knows the machine
 * that this process runs on. Paths are absolute; every failure is a {@link FileError}.
 */
import { createRoot, type Directory, type Entry, type File, sizeOf } from './entries.ts';
import { FileError } from './file-error.ts';
import { absolutePath, baseName, directoryName } from './paths.ts';
import type { Space } from './space.ts';

const MAX_LINKS = 40;
const MAX_NAME_BYTES = 255;
const MAX_DEPTH = 64;
const EMPTY = new Uint8Array();

export interface FileAttributes {
  /** @default what it has, or 0o644 */
  readonly mode?: number | undefined;
  /** @default now */
  readonly modifiedMs?: number | undefined;
}

export class FileTree {
  readonly root: Directory;
  readonly #now: () => number;
  /** Roots of mounts that only this tree may not write to. */
  readonly #readOnlyMounts = new Set<Entry>();

  /** @param now milliseconds since the epoch */
  constructor(space: Space, now: () => number) {
    this.root = createRoot(space, now());
    this.#now = now;
  }

  /** What is at `path`, links followed. @throws {FileError} ENOENT, ENOTDIR, ELOOP */
  find(path: string): Entry {
    return this.#resolve(path, true);
  }

  /** What is at `path` itself, also a link. @throws {FileError} */
  findLink(path: string): Entry {
    return this.#resolve(path, false);
  }

  /** As {@link find}; undefined where there is nothing. */
  lookUp(path: string): Entry | undefined {
    try {
      return this.find(path);
    } catch (thrown) {
      if (thrown instanceof FileError) return undefined;
      throw thrown;
    }
  }

  /** @throws {FileError} EISDIR, ENOENT, ENOTDIR */
  read(path: string): Uint8Array {
    const entry = this.find(path);
    if (entry.kind === 'directory') throw new FileError('EISDIR');
    return entry.kind === 'file' ? entry.data : EMPTY;
  }

  /** Sorted names. @throws {FileError} ENOTDIR */
  list(path: string): string[] {
    return [...this.#directory(path).entries.keys()].sort();
  }

  /** Makes the file or replaces its content. @throws {FileError} EISDIR, EROFS, ENOSPC */
  write(path: string, data: Uint8Array, attributes: FileAttributes = {}): void {
    const file = this.#openFile(path, attributes.mode);
    if (!file) return;
    file.space.grow(data.length - file.data.length);
    file.data = data;
    file.mode = attributes.mode ?? file.mode;
    file.modifiedMs = attributes.modifiedMs ?? this.#now();
  }

  /** Adds to the end of the file, which is made if need be. @throws {FileError} */
  append(path: string, data: Uint8Array): void {
    const entry = this.lookUp(path);
    const before = entry?.kind === 'file' ? entry.data : EMPTY;
    this.write(path, before.length === 0 ? data : Buffer.concat([before, data]));
  }

  /** @throws {FileError} EEXIST, ENOENT, EROFS, ENOSPC */
  makeDirectory(path: string, { mode = 0o755, modifiedMs }: FileAttributes = {}): void {
    const { entries, space } = this.#parentFor(path);
    if (entries.has(baseName(path))) throw new FileError('EEXIST');
    space.addEntry(0);
    const at = modifiedMs ?? this.#now();
    entries.set(baseName(path), createRoot(space, at, mode));
  }

  /** Makes the directory and those above it where they are missing. @throws {FileError} ENOTDIR, EROFS, ENOSPC */
  makeDirectories(path: string): void {
    const entry = this.lookUp(path);
    if (entry?.kind === 'directory') return;
    if (entry) throw new FileError('EEXIST');
    this.makeDirectories(directoryName(path));
    this.makeDirectory(path);
  }

  /** @throws {FileError} EEXIST, EROFS, ENOSPC */
  link(path: string, target: string): void {
    const { entries, space } = this.#parentFor(path);
    if (entries.has(baseName(path))) throw new FileError('EEXIST');
    space.addEntry(Buffer.byteLength(target));
    const modifiedMs = this.#now();
    entries.set(baseName(path), { kind: 'link', target, mode: 0o777, modifiedMs, space });
  }

  /** Removes a file, a link or an empty directory. @throws {FileError} ENOTEMPTY, EBUSY, EROFS */
  remove(path: string): void {
    const { entries, entry, space } = this.#place(path);
    if (entry.kind === 'directory' && entry.entries.size > 0) throw new FileError('ENOTEMPTY');
    entries.delete(baseName(path));
    space.removeEntry(sizeOf(entry));
  }

  /** Moves within one file system. @returns false where source and target are on different ones. @throws {FileError} */
  move(from: string, to: string): boolean {
    const source = this.#place(from);
    const target = this.#parentFor(to);
    if (source.space !== target.space) return false;
    if (`${to}/`.startsWith(`${from}/`)) throw new FileError('EINVAL');
    const existing = target.entries.get(baseName(to));
    if (existing) this.remove(to);
    source.entries.delete(baseName(from));
    target.entries.set(baseName(to), source.entry);
    return true;
  }

  /** @throws {FileError} ENOENT, EROFS */
  setMode(path: string, mode: number): void {
    this.#findWritable(path).mode = mode;
  }

  /** Sets the time of the last change. @throws {FileError} ENOENT, EROFS */
  touch(path: string): void {
    this.#findWritable(path).modifiedMs = this.#now();
  }

  /**
   * Puts another file system, or one file of it, at `path`, in place of what is there. Directories above are made.
   * @param isReadOnly for those who come this way, whatever others may
   */
  mount(path: string, entry: Entry, isReadOnly = false): void {
    if (path === '/') throw new FileError('EBUSY');
    this.makeDirectories(directoryName(path));
    const mounted = isReadOnly ? { ...entry } : entry;
    if (isReadOnly) this.#readOnlyMounts.add(mounted);
    this.#directory(directoryName(path)).entries.set(baseName(path), mounted);
  }

  /** An existing file to write to, or a new one; undefined for a device, which swallows what is written. */
  #openFile(path: string, mode = 0o644): File | undefined {
    const existing = this.lookUp(path);
    if (existing?.kind === 'directory') throw new FileError('EISDIR');
    if (existing?.kind === 'device') return undefined;
    if (existing?.kind === 'file') {
      this.#findWritable(path);
      return existing;
    }
    const { entries, space } = this.#parentFor(path);
    const dangling = entries.get(baseName(path));
    if (dangling?.kind === 'link') {
      return this.#openFile(absolutePath(directoryName(path), dangling.target), mode);
    }
    space.addEntry(0);
    const file: File = { kind: 'file', data: EMPTY, mode, modifiedMs: this.#now(), space };
    entries.set(baseName(path), file);
    return file;
  }

  #directory(path: string): Directory {
    const entry = this.find(path);
    if (entry.kind !== 'directory') throw new FileError('ENOTDIR');
    return entry;
  }

  /** The directory that is to hold a new `path`. */
  #parentFor(path: string): Directory {
    if (Buffer.byteLength(baseName(path)) > MAX_NAME_BYTES) throw new FileError('ENAMETOOLONG');
    if (path.split('/').length > MAX_DEPTH) throw new FileError('ENAMETOOLONG');
    const parent = this.#findWritable(directoryName(path));
    if (parent.kind !== 'directory') throw new FileError('ENOTDIR');
    return parent;
  }

  /** Where an existing entry that may be removed is. */
  #place(path: string): Directory & { readonly entry: Entry } {
    const entry = this.findLink(path);
    if (path === '/') throw new FileError('EBUSY');
    const parent = this.#directory(directoryName(path));
    if (entry.space !== parent.space) throw new FileError('EBUSY');
    return { ...this.#parentFor(path), entry };
  }

  /** @throws {FileError} EROFS */
  #findWritable(path: string): Entry {
    const { entry, trail } = this.#walk(path, true);
    entry.space.assertWritable();
    const mounts = this.#readOnlyMounts;
    if (mounts.has(entry) || trail.some((directory) => mounts.has(directory))) {
      throw new FileError('EROFS');
    }
    return entry;
  }

  #resolve(path: string, follow: boolean): Entry {
    return this.#walk(path, follow).entry;
  }

  #walk(path: string, follow: boolean): { entry: Entry; trail: readonly Directory[] } {
    const walk: Walk = { pending: namesOf(path), trail: [this.root], links: 0 };
    let entry: Entry = this.root;
    while (walk.pending.length > 0) entry = step(walk, entry, follow);
    return { entry, trail: walk.trail };
  }
}

/** How far a path has been followed. */
interface Walk {
  readonly pending: string[];
  /** The directories from the root to where it stands. */
  readonly trail: Directory[];
  links: number;
}

function step(walk: Walk, current: Entry, follow: boolean): Entry {
  const { pending, trail } = walk;
  if (current.kind !== 'directory') throw new FileError('ENOTDIR');
  const name = pending.shift();
  if (name === undefined || name === '.') return current;
  if (name === '..') {
    if (trail.length > 1) trail.pop();
    return trail.at(-1) as Directory;
  }
  const next = current.entries.get(name);
  if (!next) throw new FileError('ENOENT');
  if (next.kind === 'directory') trail.push(next);
  if (next.kind !== 'link' || (!follow && pending.length === 0)) return next;
  if (++walk.links > MAX_LINKS) throw new FileError('ELOOP');
  pending.unshift(...namesOf(next.target));
  if (next.target.startsWith('/')) trail.length = 1;
  return trail.at(-1) as Directory;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');
