/**
 * An APIService for each group version that is served, as Kubernetes has them: what this cluster serves itself is "local",
 * and always available. Every API server keeps them; they all come to the same.
 */
import { deepEqual } from '../lib/deep-equal.ts';
import { toError } from '../lib/errors.ts';
import { type Logger, silentLogger } from '../lib/logger.ts';
import { apiregistrationAPIServices } from '../scheme/generated/resources.ts';
import type { APIService } from '../scheme/generated/types/apiregistration-v1.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { NewObject } from './client.ts';
import {
  type DefaultObjects,
  type DefaultsApi,
  defaultsOf,
  type Mending,
  reconcileDefaults,
} from './reconcile-defaults.ts';

/** Who looks after an APIService: `onstart` for built-in groups, `true` for those of custom resources. */
const LABEL_AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** Kubernetes' priorities of the core group, of the groups after it, and of custom ones: higher ones are listed first. */
const CORE_PRIORITY = 18_000;
const FIRST_PRIORITY = 17_900;
const PRIORITY_STEP = 100;
const CUSTOM_PRIORITY = 1_000;
const CUSTOM_VERSION_PRIORITY = 100;
const BEST_VERSION_PRIORITY = 15;

/** What there should be, by what `scheme` serves now. */
export function apiServicesOf(scheme: Scheme): readonly NewObject<APIService>[] {
  const custom = new Set(scheme.served().flatMap(({ group, served }) => (served ? [group] : [])));
  return scheme.groups().flatMap(({ group, versions }, groupIndex) =>
    versions.map((version, index): NewObject<APIService> => {
      const isCustom = custom.has(group);
      const builtIn = group === '' ? CORE_PRIORITY : FIRST_PRIORITY - groupIndex * PRIORITY_STEP;
      const best = isCustom ? CUSTOM_VERSION_PRIORITY : BEST_VERSION_PRIORITY;
      return {
        metadata: {
          name: `${version}.${group}`,
          labels: { [LABEL_AUTOMANAGED]: isCustom ? 'true' : 'onstart' },
        },
        spec: {
          ...(group === '' ? {} : { group }),
          version,
          groupPriorityMinimum: isCustom ? CUSTOM_PRIORITY : builtIn,
          versionPriority: Math.max(1, best - index),
        },
      };
    }),
  );
}

function mend(current: APIService, { spec }: NewObject<APIService>): Mending<APIService> {
  // Somebody's own, who serves the group version in this cluster's place.
  if (!isOurs(current)) return undefined;
  return deepEqual(current.spec, spec) ? undefined : { ...current, spec };
}

const isOurs = ({ metadata }: APIService): boolean =>
  metadata.labels?.[LABEL_AUTOMANAGED] !== undefined;

/** The APIServices of what `scheme` serves, with how they are kept; those of what it serves no more go. */
export function apiServiceDefaults(scheme: Scheme): DefaultObjects {
  return defaultsOf(apiregistrationAPIServices, apiServicesOf(scheme), mend, isOurs);
}

/** Keeps APIServices in step with custom resources, which come and go. */
export class ApiServiceKeeper {
  readonly #api: DefaultsApi;
  readonly #scheme: Scheme;
  readonly #logger: Logger;
  #working: Promise<void> | undefined;
  #isDue = false;
  #unfollow: (() => void) | undefined;

  constructor(api: DefaultsApi, scheme: Scheme, logger: Logger = silentLogger) {
    this.#api = api;
    this.#scheme = scheme;
    this.#logger = logger;
  }

  start(): void {
    this.#unfollow = this.#scheme.onChange(() => this.#work());
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #work(): void {
    this.#isDue = true;
    this.#working ??= this.#workThrough()
      .catch((thrown) => {
        // The next change, or the next start, makes up for it.
        if (this.#unfollow)
          this.#logger.warn('API services are not up to date', { error: toError(thrown) });
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #workThrough(): Promise<void> {
    while (this.#isDue && this.#unfollow) {
      this.#isDue = false;
      await reconcileDefaults(this.#api, [apiServiceDefaults(this.#scheme)]);
    }
  }
}
