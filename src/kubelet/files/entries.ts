import type { Space } from './space.ts';

interface EntryBase {
  /** Permission bits: `0o644`. */
  mode: number;
  /** Milliseconds since the epoch. */
  modifiedMs: number;
  /** The file system that it belongs to. */
  readonly space: Space;
}

export interface File extends EntryBase {
  readonly kind: 'file';
  data: Uint8Array;
}

export interface Directory extends EntryBase {
  readonly kind: 'directory';
  readonly entries: Map<string, Entry>;
}

export interface Link extends EntryBase {
  readonly kind: 'link';
  readonly target: string;
}

/** What swallows everything and holds nothing: `/dev/null`. */
export interface Device extends EntryBase {
  readonly kind: 'device';
}

export type Entry = File | Directory | Link | Device;

/** An empty directory that is the root of a file system of its own. */
export function createRoot(space: Space, modifiedMs: number, mode = 0o755): Directory {
  return { kind: 'directory', entries: new Map(), mode, modifiedMs, space };
}

/** What takes whatever is written to it. */
export function createNullDevice(space: Space, modifiedMs: number): Device {
  return { kind: 'device', mode: 0o666, modifiedMs, space };
}

export function sizeOf(entry: Entry): number {
  if (entry.kind === 'file') return entry.data.length;
  return entry.kind === 'link' ? Buffer.byteLength(entry.target) : 0;
}
