/** `npm run dev`: `npm start`, started again whenever a source changes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { bundleOptions } from './bundle.mjs';
import { ensureDependencies, progress, ROOT, run } from './setup.mjs';

const outdir = path.join(ROOT, 'dist.dev');
let server;

/** The old server must have let go of its port and its database before the new one asks for them. */
async function restart() {
  await stop();
  const args = ['--enable-source-maps', path.join(outdir, 'main.mjs'), ...process.argv.slice(2)];
  server = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
}

async function stop() {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
}

const restartAfterBuild = {
  name: 'restart',
  setup(build) {
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0) return progress('Not restarted: mend the errors above.');
      progress('Starting ...');
      await restart();
    });
  },
};

await run(async () => {
  await ensureDependencies();
  const esbuild = await import('esbuild');
  const context = await esbuild.context({
    ...bundleOptions(ROOT, outdir),
    plugins: [restartAfterBuild],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await stop();
      await context.dispose();
    });
  }
  await context.watch();
});
