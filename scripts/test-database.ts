// `npm run test:database -- DIR`: starts the kept server of a failed test run and prints how to connect.
import fs from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/store/embedded/embedded-postgres.ts';

const [directory = ''] = process.argv.slice(2);
const kept = fs.readFileSync(path.join(directory, 'kept-databases'), 'utf8').trim().split('\n');
const postgres = await startEmbeddedPostgres({ dataDirectory: directory, durable: false });
for (const name of kept) {
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  process.stdout.write(`${url.href}\n`);
}
process.stdout.write('Ctrl-C stops the server.\n');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void postgres.stop());
}
