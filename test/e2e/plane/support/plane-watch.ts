import type { ApiObject } from '../../../../src/scheme/object.ts';
import type { GraphqlClient, Received } from '../../../support/graphql-client.ts';
import type {
  LoggedChange,
  RecordedWatch,
  WatchResponse,
} from '../../../support/watch-guarantees.ts';

export interface WatchedResource {
  readonly resource: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** A change as a client hears of it. */
export interface Change<T extends ApiObject = ApiObject> extends LoggedChange {
  /** `pods`, `deployments` */
  readonly resource: string;
  readonly object: T;
}

const WATCH = `subscription ($resources: [WatchedResourceInput!]!, $resourceVersion: String!) {
  watch(resources: $resources, resourceVersion: $resourceVersion, allowBookmarks: true) {
    type resourceVersion resource { name } json
  }
}`;

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly resourceVersion: string;
  readonly resource: { readonly name: string };
  readonly json: ApiObject | null;
}

interface Session {
  readonly afterVersion: number;
  readonly received: Received<{ watch: Event }>;
}

/** How a change is named, here and in the log of the database. */
export function changeKey(resource: string, { metadata }: ApiObject): string {
  return `${resource} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/** One watch of many resources, that can be disconnected and goes on where it was. */
export class PlaneWatch implements Disposable {
  readonly #graphql: GraphqlClient;
  readonly #resources: readonly WatchedResource[];
  readonly #sessions: Session[] = [];

  constructor(graphql: GraphqlClient, resources: readonly WatchedResource[]) {
    this.#graphql = graphql;
    this.#resources = resources;
  }

  connect(afterVersion: string): void {
    const variables = { resources: this.#resources, resourceVersion: afterVersion };
    const received = this.#graphql.subscribe<{ watch: Event }>(WATCH, variables);
    this.#sessions.push({ afterVersion: Number(afterVersion), received });
  }

  /** Goes on after what was received last, on a stream of its own; perhaps of another connection, to another server. */
  resume(graphql = this.#graphql): PlaneWatch {
    this.stop();
    const next = new PlaneWatch(graphql, this.#resources);
    next.#sessions.push(...this.#sessions);
    next.connect(String(this.version));
    return next;
  }

  /** Everything up to here has been received. */
  get version(): number {
    const last = this.#sessions.findLast(({ received }) => received.results.length > 0);
    const event = last?.received.results.at(-1)?.watch;
    return Math.max(Number(event?.resourceVersion ?? 0), this.#sessions[0]?.afterVersion ?? 0);
  }

  /** Resolves when the present stream ends, with the error that it ended with, if any. */
  get ended(): Promise<Error | undefined> {
    return (this.#sessions.at(-1) as Session).received.ended;
  }

  /** Everything so far, in the order in which it came. */
  get changes(): Change[] {
    return this.#sessions.flatMap(({ received }) => received.results.flatMap(toChange));
  }

  changesOf<T extends ApiObject>(resource: string): Change<T>[] {
    return this.changes.filter((change) => change.resource === resource) as Change<T>[];
  }

  /** For the validators of watch-guarantees.ts. */
  get recorded(): RecordedWatch {
    const sessions = this.#sessions.map(({ afterVersion, received }) => ({
      afterVersion,
      responses: received.results.map(toResponse),
    }));
    return { name: 'the watch', sessions };
  }

  stop(): void {
    this.#sessions.at(-1)?.received.stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}

function toChange({ watch }: { watch: Event }): Change[] {
  if (watch.type === 'BOOKMARK' || watch.json === null) return [];
  const resource = watch.resource.name;
  return [
    {
      type: watch.type,
      resource,
      key: changeKey(resource, watch.json),
      version: Number(watch.resourceVersion),
      object: watch.json,
    },
  ];
}

function toResponse(result: { watch: Event }): WatchResponse {
  const [change] = toChange(result);
  if (!change) return { kind: 'bookmark', version: Number(result.watch.resourceVersion) };
  const { type, key, version } = change;
  return { kind: 'event', type, key, version };
}
