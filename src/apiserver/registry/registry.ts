import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { Random } from '../../lib/random.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { ObjectStore, ResourceCache } from '../../store/store.ts';
import type { AdmissionEnvironment } from '../admission/admission-session.ts';
import type { RequestAuthenticator } from '../authentication/authenticator.ts';
import type { TokenIssuer } from '../authentication/service-accounts/token-issuer.ts';
import type { Authorization } from '../authorization/authorization.ts';
import type { PolicyAuthorizer } from '../authorization/policy-authorizer.ts';
import { ContentionLine } from './contention-line.ts';
import type { ServedResources } from './served-resources.ts';

export interface RegistryDependencies {
  readonly store: ObjectStore;
  readonly resources: ServedResources;
  readonly authorization: Authorization;
  readonly authenticator: RequestAuthenticator;
  /** Signs service account tokens; undefined when the server has no key. */
  readonly tokens: TokenIssuer | undefined;
  readonly clock: Clock;
  /** Real time, for what is between the API and its callers: deadlines of requests, bookmarks. */
  readonly ioClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
  readonly bookmarkIntervalMs: number;
  readonly minimumVersionTimeoutMs: number;
}

/** What the verbs share: where objects are, what they may be, and who may touch them. */
export class Registry implements AdmissionEnvironment {
  readonly store: ObjectStore;
  readonly resources: ServedResources;
  readonly authorization: Authorization;
  readonly authorizer: PolicyAuthorizer;
  readonly authenticator: RequestAuthenticator;
  readonly tokens: TokenIssuer | undefined;
  readonly clock: Clock;
  readonly ioClock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How long a request may wait for the caches or lose races, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How far apart the bookmarks of a watch are at least, in milliseconds. */
  readonly bookmarkIntervalMs: number;

  /** How long a read waits for a version that this process has not seen, in milliseconds. */
  readonly minimumVersionTimeoutMs: number;

  readonly turns = new ContentionLine();
  readonly #opened = new Map<string, ResourceCache>();

  constructor(dependencies: RegistryDependencies) {
    this.store = dependencies.store;
    this.resources = dependencies.resources;
    this.authorization = dependencies.authorization;
    this.authorizer = dependencies.authorization.authorizer;
    this.authenticator = dependencies.authenticator;
    this.tokens = dependencies.tokens;
    this.clock = dependencies.clock;
    this.ioClock = dependencies.ioClock;
    this.random = dependencies.random;
    this.logger = dependencies.logger;
    this.requestTimeoutMs = dependencies.requestTimeoutMs;
    this.bookmarkIntervalMs = dependencies.bookmarkIntervalMs;
    this.minimumVersionTimeoutMs = dependencies.minimumVersionTimeoutMs;
  }

  get scheme(): Scheme {
    return this.resources.scheme;
  }

  /** The cache of any resource; a promise only until it is loaded. */
  openCache(resource: GroupResource): MaybePromise<ResourceCache> {
    const name = qualifiedName(resource);
    const opened = this.#opened.get(name);
    if (opened) return opened;
    const { group, resource: plural } = resource;
    return this.store.cache({ group, resource: plural }).then((cache) => {
      this.#opened.set(name, cache);
      return cache;
    });
  }

  /** Resolves once `caches` show every write that was acknowledged, by any process, before the call. */
  async catchUp(caches: readonly ResourceCache[], signal?: AbortSignal): Promise<void> {
    const version = await this.store.currentResourceVersion();
    const options = { timeoutMs: this.requestTimeoutMs, ...(signal ? { signal } : {}) };
    await Promise.all(caches.map((cache) => cache.waitFor(version, options)));
  }
}
