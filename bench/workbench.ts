import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { GraphqlClient } from '../test/support/graphql-client.ts';
import { type ServerProcess, startServer } from '../test/support/server.ts';
import { InspectorSession } from './profile/inspector-session.ts';

/** What a measurement works with: a server of its own, on a database that was empty. */
export interface Workbench extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly client: GraphqlClient;
  /** The server's own PostgreSQL. */
  readonly databaseUrl: string;
  /** Undefined unless profiles are wanted. */
  readonly inspector: InspectorSession | undefined;
}

export interface WorkbenchOptions {
  /** More for the server. @default none */
  readonly args?: readonly string[];
  readonly dist: string;
  readonly profiled: boolean;
  /** Simulated nodes that are there from the start. @default 0 */
  readonly initialNodes?: number;
}

/** As in the script `start` of package.json. */
const NODE_ARGS = ['--max-semi-space-size=32', '--no-memory-reducer'];

/** The server runs as `npm start` runs it, fsync included. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { args = [], dist, profiled, initialNodes = 0 } = options;
  const server = await startServer({
    dist,
    args: ['--initial-nodes', String(initialNodes), '--log-level', 'error', ...args],
    nodeArgs: [...NODE_ARGS, ...(profiled ? ['--inspect=127.0.0.1:0'] : [])],
  });
  const client = new GraphqlClient(server);
  const inspector = profiled ? await InspectorSession.open(server.output()) : undefined;
  return {
    server,
    client,
    databaseUrl: embeddedDatabaseUrl(server.dataDirectory),
    inspector,
    [Symbol.asyncDispose]: async () => {
      inspector?.close();
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The embedded PostgreSQL of a data directory: its owner may use it, and this process is its owner's. */
export function embeddedDatabaseUrl(dataDirectory: string): string {
  const folder = path.join(dataDirectory, 'postgres');
  const port = fs.readFileSync(path.join(folder, 'postgres-port'), 'utf8').trim();
  const password = fs.readFileSync(path.join(folder, 'cluster', 'password'), 'utf8').trim();
  return `postgresql://orrery:${password}@127.0.0.1:${port}/orrery`;
}

export async function withDatabase<T>(
  url: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'orrery-bench' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
