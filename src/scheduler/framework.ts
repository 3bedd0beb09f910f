/**
 * The scheduling framework: what a plugin may do, in Kubernetes' extension points.
 *
 * Two things differ in form from Kubernetes, for speed. A plugin looks at the pod once (`preFilter`, `preScore`) and
 * returns the function that is then called for each node. And each plugin *signs* the pod: it says which parts of it decide
 * its answers. Pods with equal signatures get equal answers from an unchanged node, so that placing ten thousand pods of
 * one template evaluates every node once, and afterwards only the nodes that changed.
 *
 * Invariant: a filter or a score of nodes reads nothing but the signed part of the pod and the one node that it is given.
 * What depends on pods elsewhere is said by domain (`preFilterDomains`, `preScoreDomains`): such a filter keeps counts by
 * topology domain, which follow each node that changed, and is asked once for all nodes of a domain.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
import type { Node, Pod } from '../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../scheme/generated/types/resource-v1.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Candidate } from './preemption/candidate.ts';
import type { QueuedPod } from './queued-pod.ts';
import type { DomainCounts } from './topology/domain-counts.ts';

/** Who places pods that do not say whom they want. */
export const DEFAULT_SCHEDULER_NAME = 'default-scheduler';

/** The highest score that a plugin may give a node after normalisation. */
export const MAX_NODE_SCORE = 100;

/** Why a node cannot take the pod. */
export interface Refusal {
  /** One text per cause. */
  readonly reasons: readonly string[];
  /** Taking other pods off the node would not help. */
  readonly isUnresolvable?: boolean;
}

/** Why one node is out of the question, and who says so. */
export interface NodeRejection extends Refusal {
  readonly plugin: string;
}

/** Undefined when the node can take the pod. */
export type NodeFilter = (node: NodeInfo) => Refusal | undefined;

export interface PreFilterResult {
  readonly filter?: NodeFilter;
  /** Only these nodes can take the pod: the others need no look. */
  readonly onlyNodes?: ReadonlySet<string>;
  /** No node can take the pod, for a reason of its own. */
  readonly refusal?: string;
}

export interface NodeScorer {
  /** Any number, if {@link normalize} is given; otherwise 0 to {@link MAX_NODE_SCORE}. */
  score(node: NodeInfo): number;
  /** `max` scales the greatest raw score to 100; `reverse-max` gives 100 to zero and 0 to the greatest. */
  readonly normalize?: 'max' | 'reverse-max';
}

/** The labels of a node that name its topology domains. */
export type Domains = Readonly<Record<string, string>>;

/** Pods that are thought to come to the one node in question, or to leave it. */
export interface Hypothesis {
  readonly added: readonly PodInfo[];
  readonly removed: readonly PodInfo[];
}

interface DomainView {
  /** All that it reads of the cluster, brought up to date with each node that changes. */
  readonly counts: readonly DomainCounts[];
  /** Lets go of what it keeps. */
  close(): void;
}

export interface DomainFilter extends DomainView {
  /** Why no node of these domains can take the pod, `hypothesis` granted. */
  filter(domains: Domains, hypothesis?: Hypothesis): Refusal | undefined;
}

/** Nodes that share their domains and can take the pod. */
export interface ScoredDomains {
  readonly domains: Domains;
  /** How many nodes they are. */
  readonly size: number;
}

export interface DomainScorer extends DomainView {
  /** 0 to {@link MAX_NODE_SCORE} for each of `candidates`, normalised over them. */
  score(candidates: readonly ScoredDomains[]): readonly number[];
}

/** Something happened that could let a waiting pod in. */
export type ClusterEvent =
  | { readonly type: 'node-added'; readonly node: Node }
  | { readonly type: 'node-updated'; readonly before: Node; readonly node: Node }
  | { readonly type: 'node-removed'; readonly node: Node }
  | { readonly type: 'assigned-pod-added'; readonly pod: Pod }
  /** The labels of a pod on a node changed, or what it asks for. */
  | { readonly type: 'assigned-pod-updated'; readonly before: Pod; readonly pod: Pod }
  /** A pod that held resources is gone or has ended. */
  | { readonly type: 'assigned-pod-removed'; readonly pod: Pod }
  /** A claim, a volume, a storage class or what a node can attach. */
  | { readonly type: 'storage-changed' }
  /** A claim for devices; `frees` when it has none any more. */
  | {
      readonly type: 'device-claim-changed';
      readonly claim: ResourceClaim;
      readonly frees: boolean;
    }
  /** The devices that there are, or their classes. */
  | { readonly type: 'devices-changed' };

/** What the filters say about pods of one signature, of any node. */
export interface PodJudge {
  readonly pod: PodInfo;
  /** The plugin that refuses the pod whatever the node, with its reason. */
  readonly refusal: { readonly plugin: string; readonly reason: string } | undefined;
  /** Whether what a node says may depend on others. */
  readonly hasDomainFilters: boolean;
  domainsOf(node: NodeInfo): Domains;
  /** Why the node itself is out of the question, whatever is on the others. */
  rejectNode(node: NodeInfo): NodeRejection | undefined;
  /** Why nodes of these domains are out of the question. */
  rejectDomains(domains: Domains, hypothesis?: Hypothesis): NodeRejection | undefined;
}

/** What each node says to pods of one signature. */
export interface NodeVerdicts {
  readonly plan: PodJudge;
  /** Of the nodes named alone, or of all when `names` is undefined; an undefined rejection is a node that can take the pod. */
  verdictsOf(names: Iterable<string> | undefined): Iterable<NodeVerdict>;
}

export type NodeVerdict = readonly [nodeName: string, rejection: NodeRejection | undefined];

/** What others have to say about where room may be made for a pod: the candidates that are left, with whom they would have leave. */
export type CandidateReview = (
  pod: PodInfo,
  candidates: readonly Candidate[],
) => Promise<readonly Candidate[]>;

/** What came of the attempt to make room. */
export interface PostFilterResult {
  /** For people, behind the reasons of the nodes. */
  readonly message?: string;
  /** The node where room is being made; null gives up the one that was nominated, undefined keeps it. */
  readonly nominate?: string | null;
  /** The pods that leave that node. */
  readonly victims?: readonly PodInfo[];
  /** Does what the decision asks for; it runs on its own. */
  readonly act?: () => Promise<void>;
  /** What comes of it once others have had their say. Rejects when the review does. */
  readonly reviewed?: (review: CandidateReview) => Promise<PostFilterResult>;
}

export type PermitResult =
  | { readonly decision: 'reject'; readonly reason: string }
  /** The placement is held until every plugin that waits has allowed it, or one rejects it. */
  | { readonly decision: 'wait'; readonly timeoutMs: number };

export type ClusterEventType = ClusterEvent['type'];

export interface Plugin {
  readonly name: string;
  /** Orders the queue: below zero means that `a` goes first. Exactly one plugin of a profile has it. */
  queueSort?(a: QueuedPod, b: QueuedPod): number;
  /** Keeps a pod out of the queue, with the reason; undefined lets it in. */
  preEnqueue?(pod: Pod): string | undefined;
  /** The parts of the pod that decide this plugin's filters and scores. @default nothing of it */
  sign?(pod: PodInfo): unknown;
  /** Undefined skips the plugin for this pod. */
  preFilter?(pod: PodInfo): PreFilterResult | undefined;
  /** As {@link preFilter}, for what depends on pods elsewhere. */
  preFilterDomains?(pod: PodInfo): DomainFilter | undefined;
  /** Undefined skips the plugin for this pod. */
  preScore?(pod: PodInfo): NodeScorer | undefined;
  /** As {@link preScore}, for what depends on pods elsewhere. */
  preScoreDomains?(pod: PodInfo): DomainScorer | undefined;
  /** Tries to make room for a pod that no node took; undefined when it has nothing to say. */
  postFilter?(pod: PodInfo, verdicts: NodeVerdicts): PostFilterResult | undefined;
  /** Takes what the pod will need on its node beyond what the cache counts. A thrown error takes the placement back. */
  reserve?(pod: PodInfo, nodeName: string): void;
  /** Gives back what {@link reserve} took, after a failure. */
  unreserve?(pod: PodInfo, nodeName: string): void;
  /** The last word on a placement: undefined allows it. */
  permit?(pod: PodInfo, nodeName: string): PermitResult | undefined;
  /** Gets ready what the pod needs on the node, if anything. A rejection takes the placement back. */
  preBind?(pod: PodInfo, nodeName: string): Promise<void> | undefined;
  /** Stores the placement; false leaves that to the next plugin. */
  bind?(pod: PodInfo, nodeName: string): Promise<boolean>;
  /** Hears that the placement is stored. */
  postBind?(pod: PodInfo, nodeName: string): void;
  /** The events that could change this plugin's mind about a pod that it rejected. @default none */
  readonly helpedBy?: readonly ClusterEventType[];
  /** The queueing hint: whether `event`, one of {@link helpedBy}, could help `pod`. @default always */
  couldHelp?(event: ClusterEvent, pod: PodInfo): boolean;
}

/** A set of plugins under one scheduler name, as in a KubeSchedulerConfiguration. */
export interface Profile {
  readonly schedulerName: string;
  /** In the order in which their filters run: cheap and selective first. */
  readonly plugins: readonly Plugin[];
  /** Weights of scores by plugin name. @default 1 */
  readonly weights: Readonly<Record<string, number>>;
  /** Among how many of the nodes the best is looked for, in percent. @default all */
  readonly percentageOfNodesToScore?: number | undefined;
}
