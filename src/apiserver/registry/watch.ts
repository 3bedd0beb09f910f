import { toError } from '../../lib/errors.ts';
import { ApiError } from '../../scheme/errors.ts';
import { type ApiObject, toApiVersion, type WatchEvent } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type {
  ResourceCache,
  Snapshot,
  StoreEvent,
  StoreEventBatch,
  Subscriber,
  Subscription,
} from '../../store/store.ts';
import { LastingRight } from '../authorization/lasting-right.ts';
import type { WatchHandle, WatchOptions, WatchSink } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import { cacheAsOf } from './get.ts';
import { assertResourceVersion } from './list-options.ts';
import type { Registry } from './registry.ts';
import type { Selection } from './selection.ts';
import type { ServedResource } from './served-resource.ts';
import { warnOfDeprecation } from './write-scope.ts';

/** How far a watch may be behind a conversion webhook. */
const MAX_WAITING_BATCHES = 1_000;

/** The annotation of the bookmark that ends the initial events of a WatchList. */
const ANNOTATION_INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * Streams the changes of a resource into `sink`. Events may come before the returned promise resolves: the present is
 * delivered first, where it is asked for, and nothing is left out between it and what follows.
 */
export async function watchObjects(
  registry: Registry,
  ctx: RequestContext,
  ref: ResourceRef,
  options: WatchOptions,
  sink: WatchSink,
): Promise<WatchHandle> {
  const resource = registry.resources.resolve(ref);
  resource.assertVerb('watch');
  const namespace = resource.listNamespaceOf(options.namespace);
  const selection = resource.selections.compile(options);
  const right = new LastingRight(registry.authorization, ctx.user, {
    verb: 'watch',
    resource: resource.definition,
    namespace,
    // A watch of one name is the right to that name.
    name: selection.name,
    fieldSelector: options.fieldSelector,
  });
  right.assert();
  warnOfDeprecation(resource, ctx.onWarning);
  const signal = options.signal ?? ctx.signal;
  const stream = new WatchStream({
    registry,
    resource,
    namespace,
    selection,
    options,
    sink,
    right,
    onEnd: ctx.onWatchEnd,
  });
  const cache = await resource.ready();
  const start = await startOf(registry, cache, { ...options, ...(signal ? { signal } : {}) });
  if (start.initial) await deliverPresent(stream, resource, cache, namespace);
  const after = start.initial ? stream.resourceVersion : start.resourceVersion;
  stream.attach(
    await cache.subscribe({
      afterResourceVersion: after,
      subscriber: stream,
      ...(signal ? { signal } : {}),
    }),
  );
  return stream;
}

async function deliverPresent(
  stream: WatchStream,
  resource: ServedResource,
  cache: ResourceCache,
  namespace: string | undefined,
): Promise<void> {
  const snapshot = cache.list(namespace);
  if (resource.needsPreparing) await resource.prepare(snapshot.items);
  stream.deliverPresent(snapshot);
}

type WatchStart =
  | { readonly initial: true }
  | { readonly initial: false; readonly resourceVersion: string };

/** Where a watch begins, by Kubernetes' rules: a version means what follows it, none or '0' means the present first. */
async function startOf(
  registry: Registry,
  cache: ResourceCache,
  { resourceVersion, sendInitialEvents, signal }: WatchOptions,
): Promise<WatchStart> {
  if (resourceVersion && resourceVersion !== '0') {
    assertResourceVersion(resourceVersion);
    if (!sendInitialEvents) return { initial: false, resourceVersion };
  }
  await cacheAsOf(registry, cache, resourceVersion, signal);
  if (sendInitialEvents === false)
    return { initial: false, resourceVersion: cache.resourceVersion };
  return { initial: true };
}

interface StreamOptions {
  readonly registry: Registry;
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly selection: Selection;
  readonly options: WatchOptions;
  readonly sink: WatchSink;
  /** To what it delivers. */
  readonly right: LastingRight;
  readonly onEnd: (() => void) | undefined;
}

/** One watch: translates the events of a resource into those of a selection, in the version that was asked for. */
class WatchStream implements Subscriber, WatchHandle {
  readonly #registry: Registry;
  readonly #resource: ServedResource;
  readonly #namespace: string | undefined;
  readonly #matches: Selection['matches'];
  readonly #options: WatchOptions;
  readonly #sink: WatchSink;
  readonly #right: LastingRight;
  readonly #onEnd: (() => void) | undefined;
  #subscription: Subscription | undefined;
  #stopListening: (() => void) | undefined;
  #stopped = false;
  #lastBookmarkMs: number;
  /** Batches that wait for a webhook, and the end of the last of them. */
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();
  /** Everything up to here has been delivered. */
  resourceVersion = '0';

  constructor(stream: StreamOptions) {
    const { registry, resource, namespace, selection, options, sink, right, onEnd } = stream;
    this.#registry = registry;
    this.#resource = resource;
    this.#namespace = namespace;
    this.#matches = selection.matches;
    this.#options = options;
    this.#sink = sink;
    this.#right = right;
    this.#onEnd = onEnd;
    this.#lastBookmarkMs = registry.ioClock.now();
  }

  /** Sends the present as ADDED events and, to a WatchList, the bookmark that ends it. */
  deliverPresent(snapshot: Snapshot): void {
    this.resourceVersion = snapshot.resourceVersion;
    const events: WatchEvent[] = [];
    for (const item of snapshot.items) {
      if (this.#selects(item)) events.push(this.#event('ADDED', item));
    }
    if (this.#options.sendInitialEvents) {
      events.push(this.#bookmark({ [ANNOTATION_INITIAL_EVENTS_END]: 'true' }));
    }
    if (events.length > 0) this.#deliver(events);
  }

  get isCurrent(): boolean {
    return this.#subscription?.isLive ?? false;
  }

  attach(subscription: Subscription): void {
    this.#subscription = subscription;
    if (this.#stopped) subscription.stop();
    else this.#stopListening = this.#resource.onRetired((reason) => this.#end(reason));
  }

  onBatch(batch: StoreEventBatch): void {
    if (this.#resource.needsPreparing) this.#prepareThenTake(batch);
    else this.#take(batch);
  }

  /** Batches keep their order while a webhook converts what is in them; one that cannot keep up loses its watchers. */
  #prepareThenTake(batch: StoreEventBatch): void {
    if (this.#stopped) return;
    if (++this.#waiting > MAX_WAITING_BATCHES) {
      this.#end(new ApiError('Expired', 'the conversion webhook is slower than the changes'));
      return;
    }
    const objects = batch.events.flatMap(({ object, previous }) =>
      previous ? [object, previous] : [object],
    );
    this.#turn = this.#turn
      .then(() => this.#resource.prepare(objects))
      .then(() => this.#take(batch))
      .catch((thrown) => this.#end(toError(thrown)))
      .finally(() => this.#waiting--);
  }

  #take(batch: StoreEventBatch): void {
    if (this.#stopped || !this.#isStillAllowed()) return;
    const events: WatchEvent[] = [];
    for (const event of batch.events) this.#translate(event, events);
    this.resourceVersion = batch.resourceVersion;
    if (this.#options.allowBookmarks && this.#bookmarkIsDue(events.length)) {
      events.push(this.#bookmark());
    }
    if (events.length > 0) this.#deliver(events);
  }

  onClose(error: Error): void {
    if (this.#stopped) return;
    this.#finish();
    this.#sink.onClose(error);
  }

  stop(): void {
    this.#finish();
    this.#subscription?.stop();
  }

  #finish(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stopListening?.();
    this.#onEnd?.();
  }

  /** A right that was taken away ends the watch before the next event, and within a second when there is none. */
  #isStillAllowed(): boolean {
    const refusal = this.#right.refusal();
    if (!refusal) return true;
    this.#end(refusal);
    return false;
  }

  /** Nothing more will come: what is watched is served no more. */
  #end(reason: Error): void {
    if (this.#stopped) return;
    this.stop();
    this.#sink.onClose(reason);
  }

  #translate(event: StoreEvent, events: WatchEvent[]): void {
    if (this.#namespace !== undefined && event.key.namespace !== this.#namespace) return;
    const matches = this.#matches;
    if (!matches) {
      events.push(this.#event(event.type, event.object));
      return;
    }
    const was = event.previous !== undefined && matches(event.previous);
    if (event.type === 'DELETED') {
      // Whoever never saw the object in the selection has nothing to forget.
      if (was) events.push(this.#event('DELETED', event.object));
      return;
    }
    const is = matches(event.object);
    if (is) events.push(this.#event(was ? 'MODIFIED' : 'ADDED', event.object));
    else if (was) events.push(this.#event('DELETED', leaving(event)));
  }

  #selects(object: ApiObject): boolean {
    return this.#matches === undefined || this.#matches(object);
  }

  #event(type: WatchEvent['type'], object: ApiObject): WatchEvent {
    return { type, object: this.#resource.fromStorage(object) };
  }

  /** Bookmarks say how far a quiet watch has come; events say it themselves, so that a busy one needs fewer. */
  #bookmarkIsDue(events: number): boolean {
    const nowMs = this.#registry.ioClock.now();
    if (events > 0 || nowMs - this.#lastBookmarkMs < this.#registry.bookmarkIntervalMs)
      return false;
    this.#lastBookmarkMs = nowMs;
    return true;
  }

  #bookmark(annotations?: Record<string, string>): WatchEvent {
    const { group, version, kind } = this.#resource.definition;
    return {
      type: 'BOOKMARK',
      object: {
        apiVersion: toApiVersion(group, version),
        kind,
        metadata: {
          resourceVersion: this.resourceVersion,
          ...(annotations ? { annotations } : {}),
        },
      },
    };
  }

  /** A sink that throws has lost events: its watch ends, and with an error that says so. */
  #deliver(events: readonly WatchEvent[]): void {
    try {
      this.#sink.onEvents(events);
    } catch (thrown) {
      const cause = toError(thrown);
      this.#registry.logger.error('watch sink failed', {
        error: cause,
        kind: this.#resource.definition.kind,
      });
      this.stop();
      this.#sink.onClose(
        new ApiError('InternalError', `the watch failed: ${cause.message}`, undefined, { cause }),
      );
    }
  }
}

/** The last state in which an object was selected, at the version of the change that took it out. */
function leaving({ previous, object, resourceVersion }: StoreEvent): ApiObject {
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion } };
}
