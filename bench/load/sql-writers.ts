// Connections that each insert rows into PostgreSQL, one object a transaction: what the machine can do at most.
import pg from 'pg';
import { serveQuestions } from './messages.ts';
import { type LoadWindow, runLoad, type Throughput } from './window.ts';

export interface SqlWritersQuestion extends LoadWindow {
  readonly databaseUrl: string;
  readonly connections: number;
  /** Takes a number, which makes the row's key. */
  readonly statement: string;
}

async function write(question: SqlWritersQuestion): Promise<Throughput> {
  const { databaseUrl, connections, statement } = question;
  const clients = await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return client;
    }),
  );
  const workers = clients.map((client) => async (n: number) => {
    await client.query({ name: 'write', text: statement, values: [n] });
  });
  try {
    return await runLoad(question, workers);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

serveQuestions(write);
