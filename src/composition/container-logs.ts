import type { ApiClient } from '../apiserver/client.ts';
import type { ContainerLogSource } from '../apiserver/subresources/pod-log.ts';
import type { Config } from '../config.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type ContainerLine, type ContainerLog, MAX_RUN_BYTES } from '../lib/container-log.ts';
import type { Logger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import { BatchLane } from '../observability/batch-lane.ts';
import { Retention } from '../observability/retention.ts';
import { corePods } from '../scheme/generated/resources.ts';
import { ContainerLogTable } from '../store/telemetry/container-log-table.ts';
import type { ContainerLogConfig } from './container-log-config.ts';
import type { Database } from './database.ts';

/** Where containers print to, and where that is read again. */
export interface ContainerLogs {
  readonly log: ContainerLog;
  readonly source: ContainerLogSource;
  /** Drops what is past retention from now on. @param client sees which Pods there are */
  startRetention(client: ApiClient): void;
}

export interface ContainerLogsParts {
  readonly config: Pick<Config, 'containerLogs'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Container logs go to the database, in batches that hold up no kubelet. */
export function openContainerLogs(parts: ContainerLogsParts, cleanup: CleanupStack): ContainerLogs {
  const { config, database, clock, logger } = parts;
  const io = { ioClock: systemClock, logger };
  const table = new ContainerLogTable({ url: database.url, random: systemRandom, ...io });
  cleanup.defer(() => table.close());
  const lane = new BatchLane<ContainerLine>({
    what: 'lines of container logs',
    backend: { name: 'the database', append: (lines) => table.append(lines) },
    ...io,
  });
  cleanup.defer(() => lane.flush());
  return {
    log: { write: (line) => lane.add(line) },
    source: table,
    startRetention: (client) => {
      const retention = new Retention({
        what: 'lines of container logs',
        expire: (nowMs) => expire(table, client, { config: config.containerLogs, nowMs }),
        clock,
        logger,
      });
      retention.start();
      cleanup.defer(() => retention.stop());
    },
  };
}

async function expire(
  table: ContainerLogTable,
  client: ApiClient,
  { config, nowMs }: { readonly config: ContainerLogConfig; readonly nowMs: number },
): Promise<number> {
  const { items } = await client.list(corePods);
  const expired = await table.expire({
    beforeMs: nowMs - config.retentionSeconds * 1_000,
    goneBeforeMs: nowMs - config.retentionOfGoneSeconds * 1_000,
    podUids: items.map(({ metadata }) => metadata.uid ?? ''),
  });
  return expired + (await table.trim(MAX_RUN_BYTES));
}
