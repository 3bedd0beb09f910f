import { LRUCache } from 'lru-cache';
import {
  compileFieldSelector,
  parseFieldSelector,
  pinnedValue,
  type SelectableFields,
} from '../../scheme/field-selector.ts';
import { parseLabelMatcher } from '../../scheme/label-selector-parser.ts';
import type { ApiObject } from '../../scheme/object.ts';

/** Which objects of a resource a list or a watch is about. */
export interface Selection {
  /** Unset when every object is meant. */
  readonly matches: ((object: ApiObject) => boolean) | undefined;
  /** The one name that can match, where the field selector pins `metadata.name`. */
  readonly name: string | undefined;
}

const EVERYTHING: Selection = { matches: undefined, name: undefined };

/** How many compiled selectors a resource keeps: dashboards and controllers repeat a handful. */
const MAX_COMPILED = 512;

/** Compiles the selectors of one resource, and remembers them by their text. */
export class SelectionCompiler {
  readonly #selectable: SelectableFields;
  readonly #view: ((object: ApiObject) => ApiObject) | undefined;
  readonly #compiled = new LRUCache<string, Selection>({ max: MAX_COMPILED });

  /** @param view What selectors see of a stored object. @default the object itself */
  constructor(selectable: SelectableFields = {}, view?: (object: ApiObject) => ApiObject) {
    this.#selectable = selectable;
    this.#view = view;
  }

  /** @throws {ApiError} BadRequest when a selector cannot be read, or names a field that cannot be selected by */
  compile({
    labelSelector = '',
    fieldSelector = '',
  }: {
    readonly labelSelector?: string | undefined;
    readonly fieldSelector?: string | undefined;
  }): Selection {
    if (labelSelector === '' && fieldSelector === '') return EVERYTHING;
    const key = `${labelSelector}\0${fieldSelector}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const selection = this.#build(labelSelector, fieldSelector);
    this.#compiled.set(key, selection);
    return selection;
  }

  #build(labelSelector: string, fieldSelector: string): Selection {
    const requirements = parseFieldSelector(fieldSelector);
    const matchesFields = requirements.length ? this.#fieldMatcher(requirements) : undefined;
    const name = pinnedValue(requirements, 'metadata.name');
    if (labelSelector.trim() === '') return { matches: matchesFields, name };
    const matchesLabels = parseLabelMatcher(labelSelector);
    const matches = matchesFields
      ? (object: ApiObject) => matchesLabels(object.metadata.labels) && matchesFields(object)
      : (object: ApiObject) => matchesLabels(object.metadata.labels);
    return { matches, name };
  }

  #fieldMatcher(
    requirements: ReturnType<typeof parseFieldSelector>,
  ): NonNullable<Selection['matches']> {
    const matches = compileFieldSelector(requirements, this.#selectable);
    const view = this.#view;
    return view ? (object) => matches(view(object)) : matches;
  }
}
