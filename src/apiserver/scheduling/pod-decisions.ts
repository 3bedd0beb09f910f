import { type ApiError, isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { SchedulingDecision, Victim } from '../../scheme/scheduling/decision.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import type {
  DecisionRequest,
  DecisionsOfPods,
  PodIdentity,
  ToldDecision,
  ToldVictim,
} from './scheduling-questions.ts';

/** The decisions that are kept. */
export interface DecisionSource {
  /** For each Pod its newest decisions, newest first. */
  read(query: {
    readonly podUids: readonly string[];
    readonly limit: number;
    readonly withDetail: boolean;
  }): Promise<readonly SchedulingDecision[]>;
}

/** Who may get a Pod may know what was decided about it. */
export async function readPodDecisions(
  registry: Registry,
  ctx: RequestContext,
  source: DecisionSource,
  { pods, limit, withDetail }: DecisionRequest,
): Promise<DecisionsOfPods> {
  const refusals = await Promise.all(pods.map((pod) => refusalOf(registry, ctx, pod)));
  const podUids = pods.filter((_, index) => !refusals[index]).map(({ uid }) => uid);
  const found = podUids.length > 0 ? await source.read({ podUids, limit, withDetail }) : [];
  const byUid = groupByPod(found);
  return Promise.all(
    pods.map((pod, index) => {
      const refusal = refusals[index];
      if (refusal) return refusal;
      // The uid is the caller's word; what was decided about another's Pod is not theirs to know.
      const own = (byUid.get(pod.uid) ?? []).filter(
        ({ namespace, name }) => namespace === pod.namespace && name === pod.name,
      );
      return Promise.all(own.map((decision) => withoutSecrets(registry, ctx, decision)));
    }),
  );
}

function groupByPod(
  decisions: readonly SchedulingDecision[],
): ReadonlyMap<string, readonly SchedulingDecision[]> {
  const byUid = new Map<string, SchedulingDecision[]>();
  for (const decision of decisions) {
    const own = byUid.get(decision.podUid);
    if (own) own.push(decision);
    else byUid.set(decision.podUid, [decision]);
  }
  return byUid;
}

async function withoutSecrets(
  registry: Registry,
  ctx: RequestContext,
  decision: SchedulingDecision,
): Promise<ToldDecision> {
  if (!decision.victims) return decision;
  return { ...decision, victims: await tellVictims(registry, ctx, decision.victims) };
}

/** Victims may be of any namespace: which Pods they are is for those to know who may get them. */
export function tellVictims(
  registry: Registry,
  ctx: RequestContext,
  victims: readonly Victim[],
): Promise<readonly ToldVictim[]> {
  return Promise.all(
    victims.map(async (victim) => {
      const refusal = await refusalOf(registry, ctx, victim);
      return refusal ? { priority: victim.priority } : victim;
    }),
  );
}

async function refusalOf(
  { authorizer }: Registry,
  { user }: RequestContext,
  { namespace, name }: Pick<PodIdentity, 'name' | 'namespace'>,
): Promise<ApiError | undefined> {
  try {
    await assertAuthorized(authorizer, user, { verb: 'get', resource: corePods, namespace, name });
    return undefined;
  } catch (thrown) {
    if (isApiError(thrown, 'Forbidden')) return thrown;
    throw thrown;
  }
}
