/** `npm start`: everything from a bare clone to a running control plane, in the foreground, in this process. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureDependencies, ROOT, run } from './setup.mjs';

const HELP = `Starts the Orrery control plane: API, scheduler, controllers and simulated nodes, on an embedded PostgreSQL.

Usage: npm start -- [options]

  --port N           GraphQL, REST and the playground on 127.0.0.1:N   (ORRERY_PORT, default 4000)
  --data-dir DIR     where the database and the token are kept         (ORRERY_DATA_DIR, default .orrery)
  --runtime-config   API groups and versions to switch, as group/version=true|false
  --role NAME        run one part only: api, scheduler, controllers or kubelets
  --help             this text

Environment: DATABASE_URL uses a PostgreSQL server instead of the embedded one, REDIS_URL puts the queues on Redis.

Examples:
  npm start
  npm start -- --port 4001 --data-dir /tmp/second
`;

async function start() {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return;
  }
  await ensureDependencies();
  await ensureBuilt();
  const main = path.join(ROOT, 'dist', 'main.mjs');
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}

await run(start);
