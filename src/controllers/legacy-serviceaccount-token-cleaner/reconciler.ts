/** Tokens of old that were made of themselves are marked as of no use when nobody has come with them for a year, and go after another. */
import {
  type Controller,
  type ControllerContext,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  coreConfigMaps,
  corePods,
  coreSecrets,
  coreServiceAccounts,
} from '../../scheme/generated/resources.ts';
import type { Pod, Secret, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';
import {
  dayOf,
  KEY_TRACKED_SINCE,
  LABEL_TOKEN_INVALID_SINCE,
  TOKEN_TRACKING_CONFIG_MAP,
} from '../../scheme/legacy-tokens.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { visitPodReferences } from '../../scheme/pod-references.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { accountNameOf, isOfAccount } from '../shared/token-secrets.ts';
import { isTrackedLongEnough, planCleanUp } from './plan.ts';

const SWEEP_PERIOD_MS = 86_400_000;
const DEFAULT_PERIOD_MS = 365 * 86_400_000;
const WRITE_CONCURRENCY = 16;
/** The only key. */
const SWEEP = 'sweep';

export interface LegacyTokenCleanerOptions {
  /** How long nobody must have come with a token. @default a year */
  readonly legacyTokenCleanUpPeriodMs?: number;
}

export function createLegacyTokenCleanerController({
  legacyTokenCleanUpPeriodMs: periodMs = DEFAULT_PERIOD_MS,
}: LegacyTokenCleanerOptions = {}): Controller {
  return {
    name: 'legacy-serviceaccount-token-cleaner',
    serviceAccount: 'legacy-service-account-token-cleaner',
    setUp(context) {
      const cleaner = new TokenCleaner(context, periodMs);
      context.queue.add(SWEEP);
      return async () => {
        await cleaner.sweep();
        return requeueAfter(SWEEP_PERIOD_MS);
      };
    },
  };
}

class TokenCleaner {
  readonly #context: ControllerContext;
  readonly #periodMs: number;
  readonly #secrets: Informer<Secret>;
  readonly #accounts: Informer<ServiceAccount>;
  readonly #pods: Informer<Pod>;

  constructor(context: ControllerContext, periodMs: number) {
    const { informers } = context;
    this.#context = context;
    this.#periodMs = periodMs;
    this.#secrets = informers.informer(coreSecrets);
    this.#accounts = informers.informer(coreServiceAccounts);
    this.#pods = informers.informer(corePods);
  }

  async sweep(): Promise<void> {
    const { client, clock } = this.#context;
    const nowMs = clock.now();
    const periodMs = this.#periodMs;
    const tracking = await ignoreNotFound(client.get(coreConfigMaps, TOKEN_TRACKING_CONFIG_MAP));
    if (!isTrackedLongEnough(tracking?.data?.[KEY_TRACKED_SINCE], { nowMs, periodMs })) return;
    const mounted = this.#mountedSecrets();
    const { invalidate, remove } = planCleanUp({
      secrets: this.#secrets.list(),
      accountOf: (secret) => this.#accountOf(secret),
      isMounted: ({ metadata }) =>
        mounted.has(namespacedKey(metadata.namespace, metadata.name ?? '')),
      nowMs,
      periodMs,
    });
    const mark = (secret: Secret) => this.#invalidate(secret, dayOf(nowMs));
    throwFirst([
      ...(await concurrently(invalidate, WRITE_CONCURRENCY, mark)),
      ...(await concurrently(remove, WRITE_CONCURRENCY, (secret) => this.#remove(secret))),
    ]);
  }

  #accountOf(secret: Secret): ServiceAccount | undefined {
    const key = namespacedKey(secret.metadata.namespace, accountNameOf(secret));
    const account = this.#accounts.get(key);
    return isOfAccount(secret, account) ? account : undefined;
  }

  #mountedSecrets(): ReadonlySet<string> {
    const mounted = new Set<string>();
    for (const pod of this.#pods.list()) {
      visitPodReferences(pod, (resource, name) => {
        if (resource === 'secrets' && name)
          mounted.add(namespacedKey(pod.metadata.namespace, name));
      });
    }
    return mounted;
  }

  async #invalidate({ metadata }: Secret, today: string): Promise<void> {
    const { name = '', namespace, uid } = metadata;
    const labels = { [LABEL_TOKEN_INVALID_SINCE]: today };
    const patch = { metadata: { uid, labels } };
    const { client } = this.#context;
    await ignoreLost(client.patch(coreSecrets, { namespace, name }, { type: 'merge', patch }));
  }

  /** One that somebody has used or changed since stays. */
  async #remove({ metadata }: Secret): Promise<void> {
    const { name = '', namespace, resourceVersion, uid } = metadata;
    const preconditions = {
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
    };
    const { client } = this.#context;
    await ignoreLost(client.delete(coreSecrets, { namespace, name }, { preconditions }));
  }
}

async function ignoreLost(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (thrown) {
    // Ignored: it has changed or gone, and the next sweep looks at what it is then.
    if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
  }
}
