import { createTestDatabase, type TestDatabase } from '../../../support/database.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../../../support/server.ts';
import { PlaneApi } from './plane-api.ts';

/** A whole control plane in a process of its own, on a database of its own, and its user. */
export interface Plane extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly api: PlaneApi;
  readonly databaseUrl: string;
}

/** `await using plane = await startPlane();` */
export async function startPlane(options: ServerOptions = {}): Promise<Plane> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? (database as TestDatabase).url;
  const server = await startServer({ ...options, databaseUrl });
  const api = new PlaneApi(server);
  return {
    server,
    api,
    databaseUrl,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    },
  };
}
