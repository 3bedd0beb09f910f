import type { Controller } from '../../machinery/controller.ts';
import { appsReplicaSets } from '../../scheme/generated/resources.ts';
import { createReplicaController } from '../shared/replicas/reconciler.ts';

export function createReplicaSetController(): Controller {
  return createReplicaController({
    name: 'replicaset',
    serviceAccount: 'replicaset-controller',
    ref: appsReplicaSets,
    kind: 'ReplicaSet',
    selectorOf: ({ spec }) => spec?.selector,
    countsTerminating: true,
  });
}
