import { ApiServer } from '../../src/apiserver/api-server.ts';
import type { ApiServerOptions } from '../../src/apiserver/api-server-options.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import type { ApiClient } from '../../src/apiserver/client.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import { withStoredVersions } from '../../src/composition/stored-versions.ts';
import { STRATEGIES } from '../../src/scheme/groups/strategies.ts';
import { createScheme, type Scheme } from '../../src/scheme/scheme.ts';
import { PLAIN_CODEC } from '../../src/store/encryption/object-codec.ts';
import { createStore } from '../../src/store/postgres-store.ts';
import type { ObjectStore } from '../../src/store/store.ts';
import type { StoreOptions } from '../../src/store/store-options.ts';
import { createTestDatabase } from './database.ts';

export interface TestApiOptions extends Omit<ApiServerOptions, 'store' | 'scheme'> {
  /** The value of `--runtime-config`. @default '' */
  readonly runtimeConfig?: string;
  /** The kinds and versions of another release. @default those of this one */
  readonly scheme?: Scheme;
  /** @default what the API server gets, and frozen objects */
  readonly store?: Omit<StoreOptions, 'url'>;
  /** A database that other API servers of the test share; the caller disposes it. @default one of its own */
  readonly databaseUrl?: string;
  /** Wraps the store that the API server sees, to provoke failures. */
  readonly interceptStore?: (store: ObjectStore) => ObjectStore;
}

/** The lowest layer of a control plane: a real store on a real database, the scheme, an API server, the admin's client. */
export interface TestApi extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly scheme: Scheme;
  readonly apiServer: ApiServer;
  readonly client: ApiClient;
  /** For further API servers of the same cluster. */
  readonly databaseUrl: string;
}

/** `await using api = await testApi();` Objects that it hands out are frozen: whoever changes one fails where it does so. */
export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const {
    runtimeConfig = '',
    store: storeOptions,
    databaseUrl,
    interceptStore,
    scheme: _scheme,
    ...server
  } = options;
  const database = databaseUrl === undefined ? await createTestDatabase() : undefined;
  const shared = {
    ...(server.clock ? { clock: server.clock } : {}),
    ...(server.logger ? { logger: server.logger } : {}),
    ...(server.random ? { random: server.random } : {}),
  };
  const url = databaseUrl ?? (database?.url as string);
  const scheme = options.scheme ?? createScheme({ strategies: STRATEGIES, runtimeConfig });
  const codec = withStoredVersions(storeOptions?.codec ?? PLAIN_CODEC, scheme);
  const store = createStore({ url, freeze: true, ...shared, ...storeOptions, codec });
  await store.start();
  const apiServer = new ApiServer({ store: interceptStore?.(store) ?? store, scheme, ...server });
  const dispose = async (): Promise<void> => {
    apiServer.stop();
    await store.stop();
    await database?.[Symbol.asyncDispose]();
  };
  try {
    await apiServer.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  const client = createClient(apiServer, { user: ADMIN_USER, fieldManager: 'test' });
  return { store, scheme, apiServer, client, databaseUrl: url, [Symbol.asyncDispose]: dispose };
}
