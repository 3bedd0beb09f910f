import type { Node, Taint } from '../../scheme/generated/types/core-v1.ts';
import { TAINT_NO_SCHEDULE } from '../../scheme/taints.ts';
import type { AdmissionPlugin } from './plugin.ts';

const TAINT_NOT_READY = 'node.kubernetes.io/not-ready';

/** A new Node takes no Pods until the node lifecycle controller has seen it Ready and removed this taint. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: ({ group, resource }, operation, subresource) =>
    operation === 'CREATE' && subresource === '' && group === '' && resource === 'nodes',
  admit({ object }) {
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    const marked = taints.some(
      ({ key, effect }) => key === TAINT_NOT_READY && effect === TAINT_NO_SCHEDULE,
    );
    if (marked) return;
    const notReady: Taint = { key: TAINT_NOT_READY, effect: TAINT_NO_SCHEDULE };
    node.spec = { ...node.spec, taints: [...taints, notReady] };
  },
};
