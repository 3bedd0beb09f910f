/** `npm run check`: everything that can be said about the tree without running it; `--write` mends what can be mended. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkLock, checkTodos } from './own-checks.mjs';
import { ensureDependencies, ROOT, run } from './setup.mjs';

const write = process.argv.includes('--write');

const STEPS = [
  {
    name: 'format and lint',
    run: program('biome', 'check', '--diagnostic-level=warn', ...(write ? ['--write'] : []), '.'),
  },
  { name: 'types', run: program('tsc', '--noEmit') },
  { name: 'boundaries', run: program('depcruise', 'src', '--config', '.dependency-cruiser.cjs') },
  { name: 'dead code', run: program('knip') },
  { name: 'generated code', run: script('scripts/verify-generated.mjs') },
  { name: 'lock file', run: checkLock },
  { name: 'TODO comments', run: checkTodos },
];

/** A step that runs an installed program; its output counts only when it fails. */
function program(name, ...args) {
  return () => outputOf(path.join(ROOT, 'node_modules', '.bin', name), args);
}

/** A step that runs a program of ours. */
function script(file) {
  return () => outputOf(process.execPath, [path.join(ROOT, file)]);
}

function outputOf(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => output.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ ok: code === 0, output: output.join('') }));
  });
}

async function runStep(step) {
  const startedAt = performance.now();
  const result = await step.run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(
    `${result.ok ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(16)} ${seconds} s\n`,
  );
  return { ...step, ...result };
}

async function check() {
  await ensureDependencies();
  // When mending, the formatter comes first: the others read what it writes.
  const [first, ...others] = STEPS;
  const results = write
    ? [await runStep(first), ...(await Promise.all(others.map(runStep)))]
    : await Promise.all(STEPS.map(runStep));
  const failed = results.filter(({ ok }) => !ok);
  for (const { name, output } of failed) process.stdout.write(`\n== ${name}\n${output.trim()}\n`);
  if (failed.length > 0) process.exitCode = 1;
}

await run(check);
