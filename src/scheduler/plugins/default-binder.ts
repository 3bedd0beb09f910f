import type { ApiClient } from '../../apiserver/client.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Plugin } from '../framework.ts';

/** Stores the placement through the pod's `binding` subresource; the uid keeps a namesake from being bound. */
export function createDefaultBinder(client: ApiClient): Plugin {
  return {
    name: 'DefaultBinder',
    async bind({ pod, uid }, nodeName) {
      const { name = '', namespace } = pod.metadata;
      await client.createSubresource(corePods, { namespace, name }, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      });
      return true;
    },
  };
}
