/** What a scheduler decided about a Pod, and why. Decisions are no API objects: they are kept as rows, for a while. */

/** How an attempt to place a Pod ended: on a node, without one, or by something that went wrong. */
export type DecisionOutcome = 'Scheduled' | 'Unschedulable' | 'Error';

/** How many nodes are out of the question for one reason. */
export interface ReasonCount {
  /** The plugin, or the extender, that says so. */
  readonly plugin: string;
  /** In Kubernetes' words: `Insufficient cpu`. */
  readonly reason: string;
  readonly count: number;
}

/** A Pod that was, or would be, taken off its node to make room. */
export interface Victim {
  readonly namespace: string;
  readonly name: string;
  readonly priority: number;
}

/** What one plugin says about one node. */
export interface PluginVerdict {
  readonly plugin: string;
  /** Why the node cannot take the Pod; nothing when it can, as far as this plugin is concerned. */
  readonly reasons?: readonly string[];
  /** The score as the plugin gave it. Topology's plugins give theirs normalised. */
  readonly rawScore?: number;
  /** The same on the scale of 0 to 100. */
  readonly score?: number;
}

/** What all plugins say about one node. */
export interface NodeAssessment {
  readonly nodeName: string;
  /** The scores times their weights; nothing for a node that is out of the question. */
  readonly total?: number;
  readonly plugins: readonly PluginVerdict[];
}

/** How long one plugin took to judge the nodes that are listed. */
export interface PluginTiming {
  readonly plugin: string;
  /** What its score counts; 0 for one that does not score. */
  readonly weight: number;
  readonly filterMicros: number;
  readonly scoreMicros: number;
}

/** What is kept of some decisions only. */
export interface DecisionDetail {
  /** The best nodes, best first. */
  readonly candidates: readonly NodeAssessment[];
  /** Some of the nodes that are out of the question, for as many different reasons as there is room for. */
  readonly refused: readonly NodeAssessment[];
  readonly plugins: readonly PluginTiming[];
}

export interface SchedulingDecision {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  /** The profile that decided. */
  readonly schedulerName: string;
  readonly outcome: DecisionOutcome;
  /** When it was decided first, in milliseconds since the epoch. */
  readonly timeMs: number;
  /** Which attempt that was: they count from 1 when the scheduler first sees the Pod. */
  readonly attempt: number;
  /** When it was decided last: attempts that end alike are one decision. */
  readonly lastTimeMs: number;
  readonly lastAttempt: number;
  /** The winner. */
  readonly nodeName?: string;
  /** For people: why there is none. */
  readonly message?: string;
  /** How many nodes there were. */
  readonly nodes: number;
  /** How many could have taken the Pod. Where topology has a say they are counted for decisions with detail alone. */
  readonly feasibleNodes?: number;
  /** From the look at the Pod to the choice, in microseconds. */
  readonly durationMicros: number;
  /** Most nodes first. Of decisions that found a node, only those with detail have them. */
  readonly reasons: readonly ReasonCount[];
  /** Where room is being made. */
  readonly nominatedNodeName?: string;
  readonly victims?: readonly Victim[];
  readonly detail?: DecisionDetail;
}

/** Where a scheduler tells its decisions. It never holds up who tells. */
export interface DecisionLog {
  write(decision: SchedulingDecision): void;
}
