import type { Clock } from '../../lib/clock.ts';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject, ObjectList } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';

/** What an answer is made of: the objects themselves, rows of a table, or metadata alone. */
export interface View {
  /** Views of one resource with equal keys make equal answers: what is encoded for watchers is shared by it. */
  readonly key: string;
  /** The answer of one object. */
  object(object: ApiObject): object;
  /** The answer of a list, whose items are encoded one after the other. */
  list(list: ObjectList): ListShape;
  /** What an event of a watch has as its object; bookmarks come here too. `isFirst`: the first of its stream. */
  eventObject(object: ApiObject, isFirst: boolean): object;
  /** Whether the first event of a stream looks different from the others. */
  readonly marksFirst: boolean;
  /** What counts as one moment, where answers change with time alone as ages do. @default they do not */
  readonly moment?: () => number;
}

export interface ListShape {
  /** The answer without its items. */
  readonly head: object;
  /** Where the items are: `items`, or `rows`. */
  readonly field: string;
  /** One of them. */
  readonly item: (object: ApiObject) => object;
}

/** What an Accept header asks answers to be made of. */
export interface ViewRequest {
  /** `as`: `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`; '' for the objects themselves. */
  readonly kind: string;
  /** `g` and `v`; '' where there is no `as`. */
  readonly group: string;
  readonly version: string;
  /** Of what. For subresources the resource's own. */
  readonly definition: ResourceDefinition;
  /** Whether one object or a list (or watch) is asked for. */
  readonly isList: boolean;
  /** The parameters of the request: `includeObject`. */
  readonly query: URLSearchParams;
}

/** What views are made with. */
export interface ViewContext {
  readonly scheme: Scheme;
  readonly clock: Clock;
}

/** The view that `request` asks for; undefined where it is none of this factory's. */
export type ViewFactory = (request: ViewRequest, context: ViewContext) => View | undefined;

/** The objects themselves. */
export const plainView: ViewFactory = ({ kind }) => (kind === '' ? PLAIN : undefined);

const PLAIN: View = {
  key: '',
  object: showManagers,
  list: ({ items: _, ...head }) => ({ head, field: 'items', item: showManagers }),
  eventObject: showManagers,
  marksFirst: false,
};
