import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { NodeRejection } from '../framework.ts';
import type { RankedNode } from '../placement-table.ts';
import type { PodInfo } from '../pod-info.ts';
import type { HttpExtender } from './http-extender.ts';

/** The node that the extenders and the plugins together like best, or why there is none. */
export interface ExtendedChoice {
  readonly nodeName: string | undefined;
  readonly rejections: readonly NodeRejection[];
}

export interface ExtendedChoiceOptions {
  readonly pod: PodInfo;
  /** The nodes that the plugins accept, with their scores. */
  readonly ranked: readonly RankedNode[];
  readonly extenders: readonly HttpExtender[];
  readonly cache: ClusterCache;
  readonly logger: Logger;
}

/** Asks one extender after the other, each about what is left. @throws {Error} when one that matters does not answer */
export async function chooseWithExtenders({
  pod,
  ranked,
  extenders,
  cache,
  logger,
}: ExtendedChoiceOptions): Promise<ExtendedChoice> {
  const totals = new Map(ranked.map(({ nodeName, total }) => [nodeName, total]));
  const rejections: NodeRejection[] = [];
  let nodes = nodesOf(totals.keys(), cache);
  for (const extender of extenders) {
    if (nodes.length === 0) break;
    try {
      const verdict = await extender.filter(pod, nodes);
      nodes = nodes.filter(({ metadata }) => verdict.accepted.has(metadata.name ?? ''));
      rejections.push(...verdict.rejections);
    } catch (thrown) {
      if (!extender.config.ignorable) throw thrown;
      logger.warn('an extender is left out', { pod: pod.key, error: toError(thrown) });
    }
  }
  await addScores(pod, nodes, { extenders, totals, logger });
  return { nodeName: bestOf(nodes, totals), rejections };
}

function nodesOf(names: Iterable<string>, cache: ClusterCache): Node[] {
  return [...names].flatMap((name) => cache.node(name)?.node ?? []);
}

/** Scores are a wish: an extender that does not answer has none. */
async function addScores(
  pod: PodInfo,
  nodes: readonly Node[],
  {
    extenders,
    totals,
    logger,
  }: { extenders: readonly HttpExtender[]; totals: Map<string, number>; logger: Logger },
): Promise<void> {
  if (nodes.length < 2) return;
  for (const extender of extenders) {
    try {
      for (const [name, score] of await extender.prioritize(pod, nodes)) {
        totals.set(name, (totals.get(name) ?? 0) + score);
      }
    } catch (thrown) {
      logger.warn('the scores of an extender are left out', { error: toError(thrown) });
    }
  }
}

function bestOf(nodes: readonly Node[], totals: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const { metadata } of nodes) {
    const name = metadata.name ?? '';
    const total = totals.get(name) ?? 0;
    if (total <= most) continue;
    best = name;
    most = total;
  }
  return best;
}
