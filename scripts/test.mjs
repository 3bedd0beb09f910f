/**
 * `npm test`: all set-up from a bare clone, then jest. The last line of the output is the result, for machines.
 *
 *   npm test                     every test but the long ones
 *   npm test -- replicaset       those whose path matches
 *   npm test -- --project unit   one project: unit, integration, e2e or soak
 *
 * PostgreSQL is jest's affair (test/support/jest/global-setup.ts). Redis, Chromium and Go are used when this machine has
 * them; tests that want one and have none are skipped, and named here.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startRedis } from './redis.mjs';
import { ensureBuilt, ensureDependencies, execute, progress, ROOT, run } from './setup.mjs';

const DEFAULT_PROJECTS = ['unit', 'integration', 'e2e'];
/** Running one test of a file (-t) skips all the others, which nobody wants to read. */
const MAX_NAMED = 30;
const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Separates our `--project NAME` from jest's arguments. */
function parseArguments(args) {
  const projects = args.filter((_, index) => args[index - 1] === '--project');
  const rest = args.filter((arg, index) => arg !== '--project' && args[index - 1] !== '--project');
  return { projects: projects.length > 0 ? projects : DEFAULT_PROJECTS, rest };
}

function findChromium() {
  const candidates = [process.env.CHROMIUM_PATH, ...CHROMIUM_PATHS];
  return candidates.find((file) => file && fs.existsSync(file));
}

/** The servers, browsers and compilers that tests may use, and the names of the tests that go without. */
async function findServices() {
  const missing = [];
  const redis = process.env.ORRERY_TEST_REDIS_URL ? undefined : await startRedis();
  const redisUrl = process.env.ORRERY_TEST_REDIS_URL ?? redis?.url;
  if (!redisUrl) missing.push('queue tests on Redis (no redis-server on the PATH)');
  const chromium = findChromium();
  if (!chromium) missing.push('browser tests (no Chromium; set CHROMIUM_PATH)');
  const hasGo = spawnSync('go', ['version']).status === 0;
  if (!hasGo) missing.push('tests with client-go (no go on the PATH: 1.26 or newer is needed)');
  const env = {
    ...(hasGo ? { ORRERY_TEST_GO: 'go' } : {}),
    ...(redisUrl ? { ORRERY_TEST_REDIS_URL: redisUrl } : {}),
    ...(chromium ? { ORRERY_TEST_CHROMIUM: chromium } : {}),
  };
  return { env, missing, stop: () => redis?.stop() };
}

/** Resolves with jest's exit code and its counts, which are missing when it could not even begin. */
async function runJest({ projects, rest }, env) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-jest-'));
  const countsFile = path.join(directory, 'counts.json');
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [jest, '--selectProjects', ...projects, '--passWithNoTests=false', ...rest];
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const nodeOptions = [process.env.NODE_OPTIONS, ...options].filter(Boolean).join(' ');
  const variables = { NODE_OPTIONS: nodeOptions, ORRERY_TEST_COUNTS: countsFile };
  try {
    const code = await execute(process.execPath, args, {
      env: { ...process.env, ...env, ...variables },
    });
    const counts = fs.existsSync(countsFile) ? JSON.parse(fs.readFileSync(countsFile, 'utf8')) : {};
    return { code, ...counts };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** A run that failed has a failure, even one that failed before its first test. */
function summarise({ code, passed = 0, failed = 0, skipped = 0 }) {
  const failures = code === 0 ? failed : Math.max(1, failed);
  return `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

async function test() {
  await ensureDependencies();
  await ensureBuilt();
  const services = await findServices();
  try {
    const outcome = await runJest(parseArguments(process.argv.slice(2)), services.env);
    const skipped = [...services.missing, ...(outcome.skippedNames ?? [])];
    for (const name of skipped.slice(0, MAX_NAMED)) progress(`skipped: ${name}`);
    process.stdout.write(`${summarise(outcome)}\n`);
    process.exitCode = outcome.code;
  } finally {
    await services.stop();
  }
}

await run(test);
