/** Which nodes a DaemonSet's Pods belong on. All pure. */
import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Affinity, Node, PodSpec, Toleration } from '../../scheme/generated/types/core-v1.ts';
import { requiredNodeMatcher } from '../../scheme/node-selector.ts';
import { findUntolerated, TAINT_NO_EXECUTE, TAINT_NO_SCHEDULE } from '../../scheme/taints.ts';
import { TAINT_NOT_READY, TAINT_UNREACHABLE, TAINT_UNSCHEDULABLE } from '../shared/nodes.ts';

const FIELD_NODE_NAME = 'metadata.name';

/** What befalls a node must not drive its daemons away: they may be what helps it. */
const TOLERATED_ALWAYS: readonly Toleration[] = [
  { key: TAINT_NOT_READY, operator: 'Exists', effect: TAINT_NO_EXECUTE },
  { key: TAINT_UNREACHABLE, operator: 'Exists', effect: TAINT_NO_EXECUTE },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: TAINT_NO_SCHEDULE },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: TAINT_NO_SCHEDULE },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: TAINT_NO_SCHEDULE },
  { key: TAINT_UNSCHEDULABLE, operator: 'Exists', effect: TAINT_NO_SCHEDULE },
];

/** The network of the host needs no network of the cluster's. */
const TOLERATED_ON_HOST_NETWORK: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: TAINT_NO_SCHEDULE,
};

export interface NodeVerdict {
  /** Whether the node is to have a Pod. */
  readonly shouldRun: boolean;
  /** Whether a Pod that is there already may stay: a taint that only keeps new ones off does not drive it away. */
  readonly mayStay: boolean;
}

const RUN: NodeVerdict = { shouldRun: true, mayStay: true };
const STAY: NodeVerdict = { shouldRun: false, mayStay: true };
const LEAVE: NodeVerdict = { shouldRun: false, mayStay: false };

export type NodeJudge = (node: Node) => NodeVerdict;

/** Reads the template once, to judge many nodes. */
export function createNodeJudge({ spec }: DaemonSet): NodeJudge {
  const podSpec = spec?.template.spec;
  const matches = requiredNodeMatcher(podSpec);
  const tolerations = daemonTolerations(podSpec);
  const onlyNode = podSpec?.nodeName || undefined;
  return (node) => {
    if (onlyNode !== undefined && onlyNode !== node.metadata.name) return LEAVE;
    if (matches && !matches(node)) return LEAVE;
    const taints = node.spec?.taints;
    if (!taints?.length) return RUN;
    if (findUntolerated(taints, tolerations, [TAINT_NO_EXECUTE])) return LEAVE;
    return findUntolerated(taints, tolerations, [TAINT_NO_SCHEDULE]) ? STAY : RUN;
  };
}

/** The template's tolerations and those that every DaemonSet's Pod has. */
export function daemonTolerations(spec: PodSpec | undefined): readonly Toleration[] {
  const added = spec?.hostNetwork
    ? [...TOLERATED_ALWAYS, TOLERATED_ON_HOST_NETWORK]
    : TOLERATED_ALWAYS;
  const own = spec?.tolerations ?? [];
  const kept = own.filter((toleration) => !added.some((one) => isSameToleration(one, toleration)));
  return [...kept, ...added];
}

function isSameToleration(a: Toleration, b: Toleration): boolean {
  return (
    a.key === b.key &&
    a.effect === b.effect &&
    a.operator === b.operator &&
    (a.value ?? '') === (b.value ?? '')
  );
}

/** The affinity by which the scheduler binds the Pod to `nodeName`; what the template demands of nodes has been judged. */
export function affinityToNode(affinity: Affinity | undefined, nodeName: string): Affinity {
  const term = {
    matchFields: [{ key: FIELD_NODE_NAME, operator: 'In' as const, values: [nodeName] }],
  };
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  };
}

/** The node that the Pod is on, or is made for; undefined for one that is made for none. */
export function targetNodeName(spec: PodSpec | undefined): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const byName = matchFields?.find(
      ({ key, operator, values }) =>
        key === FIELD_NODE_NAME && operator === 'In' && values?.length === 1,
    );
    if (byName) return byName.values?.[0];
  }
  return undefined;
}
