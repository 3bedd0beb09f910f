import { formatElement, type PathElement } from './path-element.ts';

/**
 * A set of fields: whether a path itself is in it, and the sets below it by path element. Immutable; operations share what
 * they do not change, and give back the set itself when nothing changes.
 */
export class FieldSet {
  readonly isMember: boolean;
  readonly children: ReadonlyMap<PathElement, FieldSet>;
  /** Its canonical text once that is known: see `field-set-text.ts`. */
  text: string | undefined = undefined;

  constructor(isMember: boolean, children: ReadonlyMap<PathElement, FieldSet>) {
    this.isMember = isMember;
    this.children = children;
  }

  get isEmpty(): boolean {
    return !this.isMember && this.children.size === 0;
  }

  /** The set below `element`; the empty one when there is none. */
  below(element: PathElement): FieldSet {
    return this.children.get(element) ?? EMPTY_SET;
  }

  /** Whether everything in `other` is in this set. */
  includes(other: FieldSet): boolean {
    if (other === this) return true;
    if (other.isMember && !this.isMember) return false;
    for (const [element, set] of other.children) {
      const mine = this.children.get(element);
      if (!mine?.includes(set)) return false;
    }
    return true;
  }

  /** Whether anything is in both sets. */
  overlaps(other: FieldSet): boolean {
    if (this.isMember && other.isMember) return true;
    for (const [element, set] of other.children) {
      if (this.children.get(element)?.overlaps(set)) return true;
    }
    return false;
  }

  union(other: FieldSet): FieldSet {
    if (this.includes(other)) return this;
    if (this.isEmpty) return other;
    const children = new Map(this.children);
    for (const [element, set] of other.children) {
      const mine = this.children.get(element);
      children.set(element, mine ? mine.union(set) : set);
    }
    return this.#with(this.isMember || other.isMember, children);
  }

  /** What is in this set and not in `other`. */
  difference(other: FieldSet): FieldSet {
    if (!this.overlaps(other)) return this;
    return this.#keep(this.isMember && !other.isMember, (element, set) => {
      const theirs = other.children.get(element);
      return theirs ? set.difference(theirs) : set;
    });
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this;
    return this.#keep(this.isMember && other.isMember, (element, set) => {
      const theirs = other.children.get(element);
      return theirs ? set.intersection(theirs) : EMPTY_SET;
    });
  }

  /** Every path that is in the set, as messages write it: `.spec.containers[name="nginx"].image`. In order. */
  paths(): string[] {
    const paths: string[] = [];
    this.#collect('', paths);
    return paths;
  }

  #collect(prefix: string, paths: string[]): void {
    if (this.isMember && prefix !== '') paths.push(prefix);
    for (const element of [...this.children.keys()].sort()) {
      this.below(element).#collect(prefix + formatElement(element), paths);
    }
  }

  #keep(isMember: boolean, keep: (element: PathElement, set: FieldSet) => FieldSet): FieldSet {
    const children = new Map<PathElement, FieldSet>();
    for (const [element, set] of this.children) {
      const kept = keep(element, set);
      if (!kept.isEmpty) children.set(element, kept);
    }
    return this.#with(isMember, children);
  }

  #with(isMember: boolean, children: ReadonlyMap<PathElement, FieldSet>): FieldSet {
    if (isMember === this.isMember && children.size === this.children.size) {
      const same = [...children].every(([element, set]) => this.children.get(element) === set);
      if (same) return this;
    }
    if (children.size === 0) return isMember ? MEMBER : EMPTY_SET;
    return new FieldSet(isMember, children);
  }
}

export const EMPTY_SET = new FieldSet(false, new Map());

/** Below a path that is in a set: the path alone. */
export const MEMBER = new FieldSet(true, new Map());

/** A set that is built path by path. */
export function setOf(paths: Iterable<readonly PathElement[]>): FieldSet {
  let set = EMPTY_SET;
  for (const path of paths) set = set.union(pathSet(path));
  return set;
}

function pathSet(path: readonly PathElement[]): FieldSet {
  return path.reduceRight<FieldSet>(
    (below, element) => new FieldSet(false, new Map([[element, below]])),
    MEMBER,
  );
}
