/** What a write changes, and what that means for the managers of the object. Pure. */
import type { ApiObject } from '../object.ts';
import { type Comparison, compareObjects } from './compare.ts';
import { type FieldSet, setOf } from './field-set.ts';
import {
  isSameManager,
  type Manager,
  type ManagerIdentity,
  type Managers,
  toManager,
} from './managers.ts';
import { memoizeByPair } from './memoize.ts';
import { fieldElement } from './path-element.ts';
import type { Structure } from './structure.ts';

/** What belongs to the system, and is nobody's. */
export const UNOWNED = setOf(
  [
    ['apiVersion'],
    ['kind'],
    ...[
      'name',
      'namespace',
      'uid',
      'resourceVersion',
      'generation',
      'creationTimestamp',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
      'selfLink',
      'managedFields',
    ].map((name) => ['metadata', name]),
  ].map((path) => path.map(fieldElement)),
);

/** How objects look in the versions that managers have written in. */
export interface Versions {
  /** Undefined for a version that is gone: whoever wrote in it owns nothing any more. */
  structure(apiVersion: string): Structure | undefined;
  convert(object: ApiObject, apiVersion: string): ApiObject;
}

/** A write: what was there, what will be there, and who writes. Objects are in the version of `writer`. */
export interface Write {
  readonly before: ApiObject;
  readonly after: ApiObject;
  readonly managers: Managers;
  readonly writer: ManagerIdentity;
  /** When it happens, RFC 3339. */
  readonly time: string;
  readonly versions: Versions;
}

const union = memoizeByPair((set, other) => set.union(other));
const difference = memoizeByPair((set, other) => set.difference(other));

/**
 * As {@link FieldSet.union}. What changes nothing, as when somebody writes again what is theirs, is not remembered: thousands of
 * objects each have a set of their own, which names their owner.
 */
export function unionOf(set: FieldSet, other: FieldSet): FieldSet {
  return set.includes(other) ? set : union(set, other);
}

/** As {@link FieldSet.difference}, and remembered as {@link unionOf}. */
export function differenceOf(set: FieldSet, other: FieldSet): FieldSet {
  return set.overlaps(other) ? difference(set, other) : set;
}

/** The managers without what changed or is gone, the writer aside. */
export function releaseFields(
  managers: Managers,
  writer: ManagerIdentity,
  comparisons: Comparisons,
): Managers {
  const released: Manager[] = [];
  for (const manager of managers) {
    const comparison = comparisons.in(manager.apiVersion);
    const kept = isSameManager(manager, writer) ? manager : withoutFields(manager, comparison);
    if (kept) released.push(kept);
  }
  return released;
}

function withoutFields(manager: Manager, comparison: Comparison | undefined): Manager | undefined {
  if (!comparison) return undefined;
  const { changed, removed } = comparison;
  const fields = differenceOf(differenceOf(manager.fields, changed), removed);
  if (fields === manager.fields) return manager;
  return fields.isEmpty ? undefined : toManager(manager, manager.time, fields);
}

/** What a write changes, as each version shows it. */
export class Comparisons {
  readonly #write: Write;
  readonly #own: Comparison | undefined;
  /** Those of other versions than the writer's: few objects have any. */
  #others: Map<string, Comparison | undefined> | undefined;

  constructor(write: Write) {
    this.#write = write;
    this.#own = this.#compare(write.writer.apiVersion);
  }

  /** Undefined for a version that is gone. */
  in(apiVersion: string): Comparison | undefined {
    if (apiVersion === this.#write.writer.apiVersion) return this.#own;
    this.#others ??= new Map();
    if (!this.#others.has(apiVersion)) this.#others.set(apiVersion, this.#compare(apiVersion));
    return this.#others.get(apiVersion);
  }

  #compare(apiVersion: string): Comparison | undefined {
    const { before, after, writer, versions } = this.#write;
    const structure = versions.structure(apiVersion);
    if (!structure) return undefined;
    if (apiVersion === writer.apiVersion) return compareObjects(before, after, structure);
    return compareObjects(
      versions.convert(before, apiVersion),
      versions.convert(after, apiVersion),
      structure,
    );
  }
}
