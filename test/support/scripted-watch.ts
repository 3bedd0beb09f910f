import type { WatchHandle, WatchOptions, WatchSink } from '../../src/apiserver/client.ts';
import type { ApiObject, ObjectList, WatchEvent } from '../../src/scheme/object.ts';
import type { ResourceRef } from '../../src/scheme/resource.ts';

/** One watch that a test answers by hand. */
export interface OpenWatch {
  readonly options: WatchOptions;
  readonly sink: WatchSink;
  stopped: boolean;
}

/** The watch side of an API, played by the test: for faults that a healthy API does not show. */
export class ScriptedWatch {
  readonly watches: OpenWatch[] = [];
  /** The next calls fail with these, in order. */
  readonly refusals: Error[] = [];

  async watch<T extends ApiObject>(
    _ref: ResourceRef<T>,
    options: WatchOptions,
    sink: WatchSink<T>,
  ): Promise<WatchHandle> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const open: OpenWatch = { options, sink: sink as WatchSink, stopped: false };
    this.watches.push(open);
    return {
      stop: () => {
        open.stopped = true;
      },
    };
  }

  async list<T extends ApiObject>({ kind }: ResourceRef<T>): Promise<ObjectList<T>> {
    return { apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: '1' }, items: [] };
  }

  get latest(): OpenWatch {
    const open = this.watches.at(-1);
    if (!open) throw new Error('no watch is open');
    return open;
  }

  /** Answers the latest watch with the present, then the bookmark that ends it. */
  present(resourceVersion: string, ...objects: ApiObject[]): void {
    const events: WatchEvent[] = objects.map((object) => ({ type: 'ADDED', object }));
    this.latest.sink.onEvents([...events, initialEventsEnd(resourceVersion)]);
  }

  send(type: WatchEvent['type'], object: ApiObject): void {
    this.latest.sink.onEvents([{ type, object }]);
  }
}

function initialEventsEnd(resourceVersion: string): WatchEvent {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  return {
    type: 'BOOKMARK',
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { resourceVersion, annotations } },
  };
}
