import type { Plugin, Refusal } from '../framework.ts';

export const REASON_NODE_NAME = "node(s) didn't match the requested node name";

const REFUSAL: Refusal = { reasons: [REASON_NODE_NAME], isUnresolvable: true };

/** A pod that names its node fits that node alone. */
export const nodeName: Plugin = {
  name: 'NodeName',
  sign: ({ pod }) => pod.spec?.nodeName,
  preFilter({ pod }) {
    const wanted = pod.spec?.nodeName;
    if (!wanted) return undefined;
    return { filter: (node) => (node.name === wanted ? undefined : REFUSAL) };
  },
  helpedBy: ['node-added'],
  couldHelp: (event, { pod }) =>
    event.type === 'node-added' && event.node.metadata.name === pod.spec?.nodeName,
};
