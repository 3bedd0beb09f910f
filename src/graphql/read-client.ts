import type { ApiClient } from '../apiserver/client.ts';
import { Gate } from '../lib/gate.ts';

/** How many reads of one request are under way at once. */
const MAX_CONCURRENT_READS = 16;

/** What resolvers read by. */
export type ReadClient = Pick<ApiClient, 'get' | 'list' | 'history' | 'podLog'>;

/** `client`, some reads at a time: a query that leads far must not crowd out its own user. */
export function gatedReads(client: ApiClient): ReadClient {
  const gate = new Gate(MAX_CONCURRENT_READS);
  return {
    get: (ref, options) => gate.run(() => client.get(ref, options)),
    list: (ref, options) => gate.run(() => client.list(ref, options)),
    history: (ref, options) => gate.run(() => client.history(ref, options)),
    podLog: (target, options) => gate.run(() => client.podLog(target, options)),
  };
}
