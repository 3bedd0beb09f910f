import type { Controller } from '../../machinery/controller.ts';
import { coreReplicationControllers } from '../../scheme/generated/resources.ts';
import { createReplicaController } from '../shared/replicas/reconciler.ts';

/** ReplicationControllers, from before there were ReplicaSets: their selector is plain labels, the rest is the same. */
export function createReplicationControllerController(): Controller {
  return createReplicaController({
    name: 'replicationcontroller',
    serviceAccount: 'replication-controller',
    ref: coreReplicationControllers,
    kind: 'ReplicationController',
    selectorOf: ({ spec }) => spec?.selector && { matchLabels: spec.selector },
    countsTerminating: false,
  });
}
