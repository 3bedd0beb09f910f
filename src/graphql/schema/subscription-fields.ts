import type { GraphQLFieldConfig, GraphQLFieldConfigMap } from 'graphql';
import { GraphQLNonNull } from 'graphql';
import type { WatchOptions } from '../../apiserver/client.ts';
import type { ApiObject, WatchEvent } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { RequestContext } from '../request-context.ts';
import { type Arguments, selectionArguments, textArgument, WATCH_ARGUMENTS } from './arguments.ts';
import type { KindTypes } from './kind-types.ts';
import { toPluralKind, toTypePrefix } from './names.ts';

export type WatchSelection = Pick<WatchOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>;
export type WatchStart = Pick<WatchOptions, 'resourceVersion' | 'sendInitialEvents'>;

/** What a subscription field watches, and what it makes of an event. */
export interface WatchPlan {
  readonly sources: readonly { readonly ref: ResourceRef; readonly selection: WatchSelection }[];
  readonly start: WatchStart;
  readonly allowBookmarks: boolean;
  /** The value of the field for an event of the source at this place of `sources`. */
  toValue(event: WatchEvent, sourceIndex: number): unknown;
}

/** How the watch transports find the plan of a subscription field: `field.extensions.watch`. */
export type PlanWatch = (args: Arguments, ctx: RequestContext) => WatchPlan;

/** The arguments that say where a watch starts: who differs in these alone shares an execution. */
export const START_ARGUMENTS: ReadonlySet<string> = new Set([
  'resourceVersion',
  'sendInitialEvents',
]);

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A watch event as the `…WatchEvent` types show it. */
export function toEventValue({ type, object }: WatchEvent): WatchEventValue {
  const isBookmark = type === 'BOOKMARK';
  return {
    type,
    resourceVersion: object.metadata.resourceVersion ?? '',
    object: isBookmark ? null : object,
    initialEventsEnd: isBookmark && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true',
  };
}

export interface WatchEventValue {
  readonly type: WatchEvent['type'];
  readonly resourceVersion: string;
  readonly object: ApiObject | null;
  readonly initialEventsEnd: boolean;
}

export function toWatchSelection(args: Arguments): WatchSelection {
  const namespace = textArgument(args, 'namespace');
  const labelSelector = textArgument(args, 'labelSelector');
  const fieldSelector = textArgument(args, 'fieldSelector');
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

export function toWatchStart(args: Arguments): WatchStart {
  const resourceVersion = textArgument(args, 'resourceVersion');
  return {
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(args.sendInitialEvents === true ? { sendInitialEvents: true } : {}),
  };
}

/** `watchCoreV1Pods` and its like. */
export function createSubscriptionFields(
  kinds: readonly KindTypes[],
): GraphQLFieldConfigMap<unknown, RequestContext> {
  const fields: GraphQLFieldConfigMap<unknown, RequestContext> = {};
  for (const kind of kinds) {
    const { definition } = kind;
    if (!definition.verbs.includes('watch')) continue;
    const prefix = toTypePrefix(definition.group, definition.version);
    fields[`watch${prefix}${toPluralKind(definition)}`] = createWatchField(kind);
  }
  return fields;
}

function createWatchField({
  definition,
  watchEvent,
}: KindTypes): GraphQLFieldConfig<unknown, RequestContext> {
  const watch: PlanWatch = (args) => ({
    sources: [{ ref: definition, selection: toWatchSelection(args) }],
    start: toWatchStart(args),
    allowBookmarks: args.allowBookmarks === true,
    toValue: toEventValue,
  });
  return {
    type: new GraphQLNonNull(watchEvent),
    description: `Every change of the objects of kind ${definition.kind}, in order; see docs/watch.md.`,
    args: { ...selectionArguments(definition), ...WATCH_ARGUMENTS },
    extensions: { watch },
    ...(definition.deprecation ? { deprecationReason: definition.deprecation.message } : {}),
  };
}
