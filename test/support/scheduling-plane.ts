import { readSchedulingDecisionConfig } from '../../src/composition/scheduling-decision-config.ts';
import { openSchedulingDecisions } from '../../src/composition/scheduling-decisions.ts';
import { openSchedulingSimulator } from '../../src/composition/scheduling-simulator.ts';
import { CleanupStack } from '../../src/lib/cleanup-stack.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { MetricRegistry } from '../../src/lib/metrics.ts';
import { DEFAULT_CONFIGURATION } from '../../src/scheduler/configuration/scheduler-configuration.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { coreNodes } from '../../src/scheme/generated/resources.ts';
import { createTestDatabase } from './database.ts';
import { type TestGraphql, testGraphql } from './graphql-server.ts';
import { RecordingLogger } from './recording-logger.ts';
import { runControllers } from './running-controllers.ts';

export interface SchedulingPlaneOptions {
  /** The values of the settings, by option. @default those that hold when nothing is said */
  readonly settings?: Parameters<typeof readSchedulingDecisionConfig>[0];
  readonly clock?: Clock;
}

export interface SchedulingPlane extends AsyncDisposable {
  readonly graphql: TestGraphql;
  readonly metrics: MetricRegistry;
  readonly logger: RecordingLogger;
  /** A node as its kubelet would have registered it. */
  addNode(name: string, cpu: string, labels?: Record<string, string>): Promise<void>;
}

/** A scheduler on a real store that keeps its decisions, and a GraphQL door that answers why and what if. */
export async function schedulingPlane({
  settings = {},
  clock = systemClock,
}: SchedulingPlaneOptions = {}): Promise<SchedulingPlane> {
  const cleanup = new CleanupStack();
  const { url, ...database } = await createTestDatabase();
  cleanup.defer(async () => database[Symbol.asyncDispose]());
  const metrics = new MetricRegistry();
  const logger = new RecordingLogger();
  const shared = { clock, logger };
  const decisions = openSchedulingDecisions(
    {
      ...shared,
      config: { schedulingDecisions: readSchedulingDecisionConfig(settings) },
      metrics,
      database: { url },
    },
    cleanup,
  );
  const simulator = openSchedulingSimulator(
    { ...shared, configuration: DEFAULT_CONFIGURATION },
    cleanup,
  );
  const graphql = await testGraphql({
    api: {
      databaseUrl: url,
      clock,
      decisions: decisions.source,
      schedulingSimulator: simulator.ofApi,
    },
  });
  cleanup.defer(async () => graphql[Symbol.asyncDispose]());
  const { apiServer, client } = graphql.api;
  simulator.connect(apiServer);
  const scheduler = createScheduler({ decisions: decisions.settings });
  const running = await runControllers({ client, controllers: [scheduler], clock });
  cleanup.defer(async () => running[Symbol.asyncDispose]());
  return {
    graphql,
    metrics,
    logger,
    async addNode(name, cpu, labels = {}) {
      const resources = { cpu, memory: '8Gi', pods: '110' };
      const status = { capacity: resources, allocatable: resources };
      const created = await client.create(coreNodes, { metadata: { name, labels }, status });
      await client.update(coreNodes, { ...created, spec: { ...created.spec, taints: [] } });
    },
    [Symbol.asyncDispose]: () => cleanup.run(),
  };
}
