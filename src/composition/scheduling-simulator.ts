import type { ApiServer } from '../apiserver/api-server.ts';
import { SCHEDULER_USER } from '../apiserver/authentication/identities.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import type { SchedulingSimulator as SimulatorOfApi } from '../apiserver/scheduling/simulate-scheduling.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import type { SchedulerConfiguration } from '../scheduler/configuration/scheduler-configuration.ts';
import { SchedulingSimulator } from '../scheduler/simulation/scheduling-simulator.ts';
import { serviceUnavailable } from '../scheme/errors.ts';
import { servesDeviceTaintRules } from './served-kinds.ts';

export interface Simulator {
  /** What the API server asks. */
  readonly ofApi: SimulatorOfApi;
  /** From now on it answers, by what it sees of `apiServer`. */
  connect(apiServer: ApiServer): void;
}

/**
 * Simulations of the scheduler run where they are asked for: they see the cluster through that process's watch caches, and
 * need no scheduler beside them.
 */
export function openSchedulingSimulator(
  {
    configuration,
    clock,
    logger,
  }: {
    readonly configuration: SchedulerConfiguration;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  cleanup: CleanupStack,
): Simulator {
  let running: SchedulingSimulator | undefined;
  cleanup.defer(() => running?.stop());
  return {
    ofApi: {
      simulate: (question) => {
        if (running) return running.simulate(question);
        throw serviceUnavailable('the API server is starting: try again later');
      },
    },
    connect: (apiServer) => {
      const client = createClient(apiServer, { user: SCHEDULER_USER });
      const hasDeviceTaintRules = servesDeviceTaintRules(apiServer);
      const world = {
        client,
        configuration,
        clock,
        random: systemRandom,
        logger,
        hasDeviceTaintRules,
      };
      running = new SchedulingSimulator({ ...world, ioClock: systemClock });
    },
  };
}
