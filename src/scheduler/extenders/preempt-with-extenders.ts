import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { CandidateReview } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import { type Candidate, compareImportance } from '../preemption/candidate.ts';
import type { HttpExtender, NamedVictims } from './http-extender.ts';

export interface PreemptionReviewOptions {
  readonly extenders: readonly HttpExtender[];
  readonly cache: ClusterCache;
  readonly logger: Logger;
}

/**
 * Asks one extender after the other where room may be made for a pod, each about what is left; undefined when none of them
 * wants to be asked. The review rejects when one that matters does not answer, or answers what cannot be.
 */
export function reviewByExtenders({
  extenders,
  cache,
  logger,
}: PreemptionReviewOptions): CandidateReview | undefined {
  const asked = extenders.filter(({ config }) => config.preemptVerb);
  if (asked.length === 0) return undefined;
  return async (pod, candidates) => {
    let left = candidates;
    for (const extender of asked) {
      if (left.length === 0) break;
      try {
        left = await ask(extender, { pod, candidates: left, cache });
      } catch (thrown) {
        if (!extender.config.ignorable) throw thrown;
        logger.warn('an extender is left out', { pod: pod.key, error: toError(thrown) });
      }
    }
    return left;
  };
}

interface Question {
  readonly pod: PodInfo;
  readonly candidates: readonly Candidate[];
  readonly cache: ClusterCache;
}

async function ask(
  extender: HttpExtender,
  { pod, candidates, cache }: Question,
): Promise<readonly Candidate[]> {
  const { ignorable, preemptVerb = '', urlPrefix } = extender.config;
  const refuse = (fault: string) => new Error(`extender ${urlPrefix}: ${fault}`);
  const known = new Set(candidates.map(({ nodeName }) => nodeName));
  const left: Candidate[] = [];
  for (const [nodeName, named] of await extender.preempt(preemptVerb, pod, candidates)) {
    if (!known.has(nodeName)) throw refuse(`claims a candidate "${nodeName}" that was none`);
    if (named.uids.length > 0) left.push(toCandidate(nodeName, named, { pod, cache, refuse }));
    else if (!ignorable) throw refuse(`expected at least one victim pod on node "${nodeName}"`);
  }
  return left;
}

function toCandidate(
  nodeName: string,
  { uids, violations }: NamedVictims,
  {
    pod,
    cache,
    refuse,
  }: {
    readonly pod: PodInfo;
    readonly cache: ClusterCache;
    readonly refuse: (fault: string) => Error;
  },
): Candidate {
  const victims = uids.map((uid) => {
    const claim = `claims to preempt pod (UID: ${uid}) on node: ${nodeName}`;
    const victim = cache.node(nodeName)?.pod(uid);
    if (!victim) throw refuse(`${claim}, but the pod is not found on that node`);
    // No extender may make a pod leave for a lesser one.
    if (victim.priority >= pod.priority)
      throw refuse(`${claim}, but the pod is not less important`);
    return victim;
  });
  return { nodeName, victims: victims.sort(compareImportance), violations };
}
