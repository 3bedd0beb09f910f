import { deepEqual } from '../../lib/deep-equal.ts';
import type { Informer, InformerHandler } from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import type { DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { keyOf } from '../../scheme/object.ts';
import { createNodeJudge, type NodeJudge, type NodeVerdict } from './eligibility.ts';

/** Turns changes of Nodes into the keys of the DaemonSets to which they matter. */
export class NodeWatcher {
  readonly #daemonSets: Informer<DaemonSet>;
  readonly #queue: WorkQueue;
  readonly #judges = new WeakMap<DaemonSet, NodeJudge>();

  constructor(daemonSets: Informer<DaemonSet>, queue: WorkQueue) {
    this.#daemonSets = daemonSets;
    this.#queue = queue;
  }

  readonly nodeHandler: InformerHandler<Node> = {
    onAdd: (node) => this.#add((judge) => judge(node).shouldRun),
    onUpdate: (previous, node) => {
      // Nodes report all the time; hardly a report says anything that verdicts are made of.
      if (isSamePlace(previous, node)) return;
      this.#add((judge) => !isSameVerdict(judge(previous), judge(node)));
    },
    onDelete: (node) => this.#add((judge) => judge(node).mayStay),
  };

  /** Reads the template of a DaemonSet once, however many nodes are judged. */
  judgeOf(daemonSet: DaemonSet): NodeJudge {
    const known = this.#judges.get(daemonSet);
    if (known) return known;
    const judge = createNodeJudge(daemonSet);
    this.#judges.set(daemonSet, judge);
    return judge;
  }

  #add(matters: (judge: NodeJudge) => boolean): void {
    for (const daemonSet of this.#daemonSets.list()) {
      if (matters(this.judgeOf(daemonSet))) this.#queue.add(keyOf(daemonSet));
    }
  }
}

function isSamePlace(previous: Node, node: Node): boolean {
  return (
    deepEqual(previous.metadata.labels, node.metadata.labels) &&
    deepEqual(previous.spec?.taints, node.spec?.taints)
  );
}

function isSameVerdict(a: NodeVerdict, b: NodeVerdict): boolean {
  return a.shouldRun === b.shouldRun && a.mayStay === b.mayStay;
}
