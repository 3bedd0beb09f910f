import { coreConfigMaps } from '../../src/scheme/generated/resources.ts';
import { configMap } from './api-objects.ts';
import type { Received } from './graphql-client.ts';
import type { TestGraphql } from './graphql-server.ts';

/** An event as the subscriptions below select it. */
export interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly resourceVersion: string;
  readonly initialEventsEnd: boolean;
  readonly object: { kind: string; metadata: { name: string } } | null;
}

const FIELDS = 'type resourceVersion initialEventsEnd object { kind metadata { name } }';
/** Watches the ConfigMaps of the default namespace. */
export const WATCH = `subscription ($from: String, $initial: Boolean, $labels: String) {
  events: watchCoreV1ConfigMaps(
    namespace: "default", resourceVersion: $from, sendInitialEvents: $initial, labelSelector: $labels
  ) { ${FIELDS} }
}`;
/** Watches its ConfigMaps and Secrets, on one stream. */
export const WATCH_BOTH = `subscription ($from: String, $initial: Boolean) {
  events: watch(
    resources: [{resource: "cm", namespace: "default"}, {resource: "secrets", namespace: "default"}]
    resourceVersion: $from, sendInitialEvents: $initial
  ) { ${FIELDS} }
}`;

export type Stream = Received<{ events: Event }>;

export const eventsOf = (stream: Stream): Event[] => stream.results.map(({ events }) => events);
/** `ADDED web`, in the order of arrival. */
export const describeEvents = (stream: Stream): string[] =>
  eventsOf(stream).map(({ type, object }) => `${type} ${object?.metadata.name ?? ''}`.trim());

export const createConfigMap = (plane: TestGraphql, name: string) =>
  plane.api.client.create(coreConfigMaps, configMap(name));
