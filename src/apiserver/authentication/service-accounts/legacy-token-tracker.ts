import type { Clock } from '../../../lib/clock.ts';
import { toError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import { isApiError } from '../../../scheme/errors.ts';
import { coreConfigMaps, coreSecrets } from '../../../scheme/generated/resources.ts';
import type { ConfigMap } from '../../../scheme/generated/types/core-v1.ts';
import {
  dayOf,
  KEY_TRACKED_SINCE,
  LABEL_TOKEN_LAST_USED,
  startOfDayMs,
  TOKEN_TRACKING_CONFIG_MAP,
} from '../../../scheme/legacy-tokens.ts';
import type { ApiObject, ObjectMeta } from '../../../scheme/object.ts';
import type { BootstrapApi } from '../../bootstrap.ts';

export interface LegacyTokenTrackerOptions {
  readonly api: BootstrapApi;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Notes on a Secret the day on which its token was last used, so that those which nobody uses can be taken away. A request does
 * not wait for that: it is a write a day, and one that fails is made up for by the next use.
 */
export class LegacyTokenTracker {
  readonly #options: LegacyTokenTrackerOptions;
  /** Uids of Secrets that are being written. */
  readonly #writing = new Set<string>();

  constructor(options: LegacyTokenTrackerOptions) {
    this.#options = options;
  }

  /** Says since when uses are noted, if that is not known yet. */
  async start(): Promise<void> {
    const { api, clock } = this.#options;
    const data = { [KEY_TRACKED_SINCE]: dayOf(clock.now()) };
    try {
      const found = (await api.get(coreConfigMaps, TOKEN_TRACKING_CONFIG_MAP)) as ConfigMap;
      if (startOfDayMs(found.data?.[KEY_TRACKED_SINCE]) !== undefined) return;
      await api.update(coreConfigMaps, { ...found, data } as ApiObject);
    } catch (thrown) {
      if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
      await this.#createConfigMap(data);
    }
  }

  noteUse({ metadata }: ApiObject): void {
    const today = dayOf(this.#options.clock.now());
    const { labels, uid = '' } = metadata;
    if (labels?.[LABEL_TOKEN_LAST_USED] === today || this.#writing.has(uid)) return;
    this.#writing.add(uid);
    void this.#write(metadata, today).finally(() => this.#writing.delete(uid));
  }

  async #createConfigMap(data: Record<string, string>): Promise<void> {
    try {
      const { api } = this.#options;
      await api.create(coreConfigMaps, { metadata: TOKEN_TRACKING_CONFIG_MAP, data });
    } catch (thrown) {
      // Ignored: another API server was faster.
      if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
    }
  }

  async #write({ name = '', namespace, uid }: ObjectMeta, today: string): Promise<void> {
    const { api, logger } = this.#options;
    try {
      const secret = await api.get(coreSecrets, { namespace, name });
      if (secret.metadata.uid !== uid) return;
      const labels = { ...secret.metadata.labels, [LABEL_TOKEN_LAST_USED]: today };
      await api.update(coreSecrets, { ...secret, metadata: { ...secret.metadata, labels } });
    } catch (thrown) {
      if (isApiError(thrown, 'NotFound', 'Conflict')) return;
      const error = toError(thrown);
      logger.warn('use of a token is not noted', { secret: name, namespace, error });
    }
  }
}
