import type { ApiServer } from '../apiserver/api-server.ts';
import {
  KUBE_PROXY_USER,
  KUBELET_HOST_USER,
  nodeUser,
} from '../apiserver/authentication/identities.ts';
import { createClient } from '../apiserver/in-process-client.ts';
import { ContainerHost } from '../kubelet/streams/container-host.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import type { Clock } from '../lib/clock.ts';
import type { ContainerStreams } from '../lib/container-streams.ts';
import { invariant } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import type { ContainerLogs } from './container-logs.ts';

export interface ContainerStreamsParts {
  /** Where they print to. */
  readonly containerLogs: Pick<ContainerLogs, 'log'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface OpenContainerStreams {
  readonly streams: ContainerStreams;
  /** Lets containers see the cluster. Nobody may reach into one before. */
  connect(apiServer: ApiServer): void;
}

/**
 * Simulated containers are where they are asked for: in the process whose door somebody comes in by. Several API servers each
 * have their own, alike but for the files that somebody has changed in one of them.
 */
export function openContainerStreams(
  { clock, containerLogs, logger }: ContainerStreamsParts,
  cleanup: CleanupStack,
): OpenContainerStreams {
  let host: ContainerHost | undefined;
  const connected = (): ContainerHost => {
    invariant(host, 'nobody reaches into containers before the API server is there');
    return host;
  };
  cleanup.defer(() => host?.stop());
  return {
    streams: {
      exec: (...args) => connected().exec(...args),
      attach: (...args) => connected().attach(...args),
      connect: (...args) => connected().connect(...args),
      request: (...args) => connected().request(...args),
    },
    connect(apiServer) {
      host = new ContainerHost({
        pods: createClient(apiServer, { user: KUBELET_HOST_USER }),
        services: createClient(apiServer, { user: KUBE_PROXY_USER }),
        clientFor: (node) =>
          createClient(apiServer, { user: nodeUser(node), fieldManager: 'kubelet' }),
        containerLog: containerLogs.log,
        clock,
        random: systemRandom,
        logger,
      });
    },
  };
}
