import type { ApiServer } from '../apiserver/api-server.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import type { Config } from '../config.ts';
import { createGraphqlDoor } from '../graphql/server.ts';
import type { Door } from '../http/door.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import { readMetrics } from '../observability/metrics/read-metrics.ts';
import { createRestDoor } from '../rest/server.ts';
import { serverVersion } from './version.ts';

export interface DoorsOptions {
  readonly config: Pick<Config, 'introspection'>;
  readonly apiServer: ApiServer;
  /** What `/metrics` tells, beside the figures of the process. */
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The two ways in, made ready. */
export async function startDoors({
  apiServer,
  clock,
  config,
  logger,
  metrics,
}: DoorsOptions): Promise<readonly Door[]> {
  const shared = {
    scheme: apiServer.scheme,
    authenticate: apiServer.authenticate.bind(apiServer),
    takeTurn: apiServer.takeTurn.bind(apiServer),
    logger,
    clock,
  };
  const graphql = createGraphqlDoor({
    ...shared,
    version: serverVersion(),
    clientFor: (identity) => createClient(apiServer, { ...identity, isLimited: true }),
    introspection: config.introspection,
  });
  const rest = createRestDoor({
    ...shared,
    clientFor: (identity, extras) =>
      createClient(apiServer, { ...identity, ...extras, isLimited: true }),
    admitToPath: apiServer.admitToPath.bind(apiServer),
    version: serverVersion(),
    readMetrics: () => readMetrics(metrics),
  });
  await graphql.start();
  await rest.start();
  return [graphql, rest];
}
