#!/usr/bin/env node
/** `npx orrery …`: the command line client, built first when the sources are newer than the build. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

// An image or a package without the sources brings a finished build.
if (fs.existsSync(path.join(root, 'src'))) {
  const { ensureBuilt, ensureDependencies, run } = await import('../scripts/setup.mjs');
  await run(async () => {
    await ensureDependencies();
    await ensureBuilt();
  });
}
if (!process.exitCode) await import(pathToFileURL(path.join(root, 'dist', 'cli.mjs')).href);
