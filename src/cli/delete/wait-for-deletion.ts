import { DEFAULT_NAMESPACE } from '../arguments/resource-arguments.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import {
  WatchDeletionDocument,
  type WatchDeletionSubscription,
  type WatchedResourceInput,
} from '../generated/operations.ts';
import type { ObjectKey } from '../targets.ts';
import { resumableWatch } from '../transport/resumable-watch.ts';

/** An object that is on its way out. */
export interface DeletedObject extends ObjectKey {
  readonly uid: string;
}

type DeletionEvent = WatchDeletionSubscription['watch'];

/**
 * Resolves when all of `objects` are gone.
 * @param timeoutMs 0 waits without end
 * @throws {CliError} when they are not within `timeoutMs`
 */
export async function waitForDeletion(
  context: CliContext,
  objects: readonly DeletedObject[],
  timeoutMs: number,
): Promise<void> {
  if (objects.length === 0) return;
  const timeout = new AbortController();
  const timer = timeoutMs > 0 ? setTimeout(() => timeout.abort(), timeoutMs) : undefined;
  const signal = AbortSignal.any([context.signal, timeout.signal]);
  try {
    await watchUntilGone(context, objects, signal);
  } catch (thrown) {
    if (!timeout.signal.aborted) throw thrown;
    throw new CliError(
      `timed out waiting for the condition on ${objects.map(({ name }) => name).join(', ')}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

async function watchUntilGone(
  context: CliContext,
  objects: readonly DeletedObject[],
  signal: AbortSignal,
): Promise<void> {
  const client = await context.client();
  const remaining = new Set(objects.map(({ uid }) => uid));
  const present = new Set<string>();
  let isPresentKnown = false;
  const events = resumableWatch<DeletionEvent>({
    open: async function* (resourceVersion) {
      const start =
        resourceVersion === undefined ? { sendInitialEvents: true } : { resourceVersion };
      const opened = client.subscribe(
        WatchDeletionDocument,
        { resources: toResources(objects), ...start },
        signal,
      );
      for await (const { watch } of opened) yield watch;
    },
    // While the present is being told, there is no version to go on from: another attempt begins again.
    resourceVersionOf: (event) =>
      isPresentKnown || event.initialEventsEnd ? event.resourceVersion : '',
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal,
  });
  for await (const { type, object, initialEventsEnd } of events) {
    const uid = object?.metadata.uid ?? '';
    if (type === 'DELETED') remaining.delete(uid);
    else present.add(uid);
    if (initialEventsEnd) {
      isPresentKnown = true;
      for (const known of remaining) if (!present.has(known)) remaining.delete(known);
    }
    if (isPresentKnown && remaining.size === 0) return;
  }
}

/** One watch a resource and namespace, narrowed to the object when it is only one. */
function toResources(objects: readonly DeletedObject[]): WatchedResourceInput[] {
  const groups = new Map<string, DeletedObject[]>();
  for (const object of objects) {
    const key = `${object.resource}/${object.namespace ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(object);
    else groups.set(key, [object]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const { resource, namespace = DEFAULT_NAMESPACE, name } = first;
    const only = others.length === 0 ? { fieldSelector: `metadata.name=${name}` } : {};
    return [{ resource, namespace, ...only }];
  });
}
