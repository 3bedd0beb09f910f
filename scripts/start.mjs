/** `npm start`: everything from a bare clone to a running control plane, in the foreground, in this process. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureDependencies, ROOT, run } from './setup.mjs';

async function start() {
  const args = process.argv.slice(2);
  await ensureDependencies();
  await ensureBuilt();
  const main = path.join(ROOT, 'dist', 'main.mjs');
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}

await run(start);
