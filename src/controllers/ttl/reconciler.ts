/** TTL: nodes say how long their kubelets may keep Secrets and ConfigMaps, the longer the larger the cluster is. */
import { type Controller, done } from '../../machinery/controller.ts';
import { coreNodes } from '../../scheme/generated/resources.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { ANNOTATION_TTL, missingTtl, nextStep } from './plan.ts';

/** Its keys are names of nodes. */
export function createTtlController(): Controller {
  return {
    name: 'ttl',
    // It remembers on which side of a boundary it was.
    singleton: true,
    setUp({ client, informers, queue }) {
      const nodes = informers.informer(coreNodes);
      let step = 0;
      const add = (node: Node): void => {
        if (missingTtl(node, step) !== undefined) queue.add(node.metadata.name ?? '');
      };
      const count = (): void => {
        const next = nextStep(step, nodes.size);
        if (next === step) return;
        step = next;
        for (const node of nodes.list()) add(node);
      };
      nodes.addHandler({
        onAdd: (node) => {
          count();
          add(node);
        },
        onUpdate: (_, next) => add(next),
        onDelete: count,
      });
      return async (name) => {
        const node = nodes.get(name);
        const ttl = node && missingTtl(node, step);
        if (ttl === undefined) return done;
        const patch = { metadata: { annotations: { [ANNOTATION_TTL]: ttl } } };
        await ignoreNotFound(client.patch(coreNodes, { name }, { type: 'merge', patch }));
        return done;
      };
    },
  };
}
