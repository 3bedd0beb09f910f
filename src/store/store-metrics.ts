import type { Metric, MetricRegistry, Sample } from '../lib/metrics.ts';
import { qualifiedName } from '../scheme/resource.ts';
import type { LogCache } from './cache/resource-cache.ts';
import type { StoreParts } from './store-parts.ts';

type ObservedParts = Pick<StoreParts, 'caches' | 'committer' | 'reader'>;

/** Adds the figures of a running store, until the returned function is called. */
export function addStoreMetrics(registry: MetricRegistry, parts: ObservedParts): () => void {
  const metrics = [...cacheMetrics(parts), ...logMetrics(parts), ...commitMetrics(parts)];
  const removals = metrics.map((metric) => registry.add(metric));
  return () => {
    for (const remove of removals) remove();
  };
}

function cacheMetrics({ caches }: ObservedParts): readonly Metric[] {
  const each = (sample: (cache: LogCache) => Sample) => () => [...caches.loaded()].map(sample);
  return [
    {
      name: 'apiserver_storage_objects',
      help: 'Stored objects, by resource, of the resources that this process has read.',
      type: 'gauge',
      read: each(({ resource, size }) => ({
        labels: { resource: qualifiedName(resource) },
        value: size,
      })),
    },
    {
      name: 'apiserver_longrunning_requests',
      help: 'Open watches, by resource; those of the control plane itself are among them.',
      type: 'gauge',
      read: each(({ resource: { group, resource }, watchers }) => ({
        labels: { component: 'apiserver', group, resource, verb: 'WATCH' },
        value: watchers,
      })),
    },
  ];
}

function logMetrics({ reader }: ObservedParts): readonly Metric[] {
  return [
    {
      name: 'orrery_store_resource_version',
      help: 'The version up to which this process has read the log.',
      type: 'gauge',
      read: () => single(reader.version),
    },
  ];
}

function commitMetrics({ committer }: ObservedParts): readonly Metric[] {
  return [
    {
      name: 'orrery_store_commit_duration_seconds',
      help: 'How long group commits were with PostgreSQL, in seconds.',
      type: 'histogram',
      read: () => [{ labels: {}, value: committer.batchSeconds }],
    },
    {
      name: 'orrery_store_committed_writes_total',
      help: 'Writes that this process has committed.',
      type: 'counter',
      read: () => single(committer.committedWrites),
    },
    {
      name: 'orrery_store_waiting_writes',
      help: 'Writes that wait for the next group commit.',
      type: 'gauge',
      read: () => single(committer.waitingWrites),
    },
  ];
}

const single = (value: number): readonly Sample[] => [{ labels: {}, value }];
