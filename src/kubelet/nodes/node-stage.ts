import type { EventNote } from '../../machinery/event-recorder.ts';
import type { Node, NodeStatus } from '../../scheme/generated/types/core-v1.ts';
import type { KubeletSettings } from '../settings.ts';
import type { NodeIps, Pressures } from './node-status.ts';

export interface NodeContext {
  readonly nowMs: number;
  readonly settings: KubeletSettings;
  /** What the node runs out of. */
  pressuresOf(node: Node): Pressures;
  /** The images that the node holds. */
  imagesOf(nodeName: string): ReadonlyMap<string, unknown>;
  /** The attached volumes that the node's Pods use. @default as it has reported */
  readonly volumesInUse?: readonly string[];
  /** The machine's own addresses. */
  ipsOf(podCidrs: readonly string[]): NodeIps;
}

/** What a stage does to its node: changes the object, reports its status, tells about it. */
export interface NodeTransition {
  /** The node with other labels or another spec. */
  readonly node?: Node;
  readonly status?: NodeStatus;
  readonly events?: readonly EventNote[];
}

/** One step in the life of a simulated machine; pure, like the stages of Pods. */
export interface NodeStage {
  readonly name: string;
  matches(node: Node, ctx: NodeContext): boolean;
  next(node: Node, ctx: NodeContext): NodeTransition;
}
