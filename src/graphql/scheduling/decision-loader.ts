import DataLoader from 'dataloader';
import type { ApiClient } from '../../apiserver/client.ts';
import type { PodIdentity, ToldDecision } from '../../apiserver/scheduling/scheduling-questions.ts';

/** Pods that one statement asks about. */
const MAX_BATCH = 1_000;

interface Wish {
  readonly pod: PodIdentity;
  readonly limit: number;
  readonly withDetail: boolean;
}

/** Reads what was decided about Pods: however many a query shows, they are asked about together. */
export class DecisionLoader {
  readonly #loader: DataLoader<Wish, readonly ToldDecision[], string>;

  constructor(client: Pick<ApiClient, 'podDecisions'>) {
    this.#loader = new DataLoader((wishes) => readTogether(client, wishes), {
      maxBatchSize: MAX_BATCH,
      cacheKeyFn: ({ pod, limit, withDetail }) => `${pod.uid} ${limit} ${withDetail}`,
    });
  }

  /** The newest `limit` decisions about `pod`, newest first. @throws {ApiError} Forbidden */
  load(wish: Wish): Promise<readonly ToldDecision[]> {
    return this.#loader.load(wish);
  }
}

async function readTogether(
  client: Pick<ApiClient, 'podDecisions'>,
  wishes: readonly Wish[],
): Promise<(readonly ToldDecision[] | Error)[]> {
  const pods = new Map(wishes.map(({ pod }) => [pod.uid, pod]));
  const found = await client.podDecisions({
    pods: [...pods.values()],
    limit: Math.max(...wishes.map(({ limit }) => limit)),
    withDetail: wishes.some(({ withDetail }) => withDetail),
  });
  const byUid = new Map([...pods.keys()].map((uid, index) => [uid, found[index] ?? []]));
  return wishes.map(({ pod, limit }) => {
    const decisions = byUid.get(pod.uid) ?? [];
    return decisions instanceof Error ? decisions : decisions.slice(0, limit);
  });
}
