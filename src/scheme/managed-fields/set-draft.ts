import { FieldSet, MEMBER } from './field-set.ts';
import type { PathElement } from './path-element.ts';

/** Past it drafts start afresh: objects that differ in their keys alone have a draft each. */
const MAX_DRAFTS = 50_000;

let drafts = 0;

/**
 * A set that is being put together, element by element. What is put together alike is the same draft, and in the end the same
 * set: that an object has the shape of ten thousand others is found out by following what is there, without making anything.
 */
export class SetDraft {
  readonly #isMember: boolean;
  readonly #previous: SetDraft | undefined;
  readonly #element: PathElement;
  readonly #below: FieldSet;
  /** What comes next, by element; the element alone is in the set, as is usual. */
  #members: Map<PathElement, SetDraft> | undefined;
  /** The same where there is something below the element. */
  #others: Map<PathElement, Map<FieldSet, SetDraft>> | undefined;
  #set: FieldSet | undefined;

  constructor(
    isMember: boolean,
    previous?: SetDraft,
    element: PathElement = '',
    below: FieldSet = MEMBER,
  ) {
    this.#isMember = isMember;
    this.#previous = previous;
    this.#element = element;
    this.#below = below;
    drafts++;
  }

  /** The draft with `below` at `element`, which it does not have yet. */
  with(element: PathElement, below: FieldSet): SetDraft {
    const next = below === MEMBER ? this.#withMember(element) : this.#withOther(element, below);
    return next;
  }

  #withMember(element: PathElement): SetDraft {
    this.#members ??= new Map();
    let next = this.#members.get(element);
    if (!next) {
      next = new SetDraft(this.#isMember, this, element);
      this.#members.set(element, next);
    }
    return next;
  }

  #withOther(element: PathElement, below: FieldSet): SetDraft {
    this.#others ??= new Map();
    let bySet = this.#others.get(element);
    if (!bySet) {
      bySet = new Map();
      this.#others.set(element, bySet);
    }
    let next = bySet.get(below);
    if (!next) {
      next = new SetDraft(this.#isMember, this, element, below);
      bySet.set(below, next);
    }
    return next;
  }

  get isEmpty(): boolean {
    return this.#previous === undefined;
  }

  /** The same set at each call. */
  get set(): FieldSet {
    this.#set ??= this.#build();
    return this.#set;
  }

  #build(): FieldSet {
    const children: [PathElement, FieldSet][] = [];
    for (let draft: SetDraft = this; draft.#previous; draft = draft.#previous) {
      children.push([draft.#element, draft.#below]);
    }
    if (children.length === 0 && this.#isMember) return MEMBER;
    return new FieldSet(this.#isMember, new Map(children.reverse()));
  }
}

let withSelf = new SetDraft(true);
let withoutSelf = new SetDraft(false);

/** The draft of a set that has nothing below it yet. */
export function startDraft(isMember: boolean): SetDraft {
  if (drafts > MAX_DRAFTS) {
    withSelf = new SetDraft(true);
    withoutSelf = new SetDraft(false);
    drafts = 0;
  }
  return isMember ? withSelf : withoutSelf;
}
