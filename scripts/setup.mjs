/**
 * What every command needs before it can begin: a Node.js that is new enough, the packages of the lock file, and a
 * build of the sources. Each is checked in milliseconds and done only when it is stale.
 *
 * Plain Node without packages, because it runs before there are any.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const MINIMUM_NODE = [20, 19];
const MODULES = path.join(ROOT, 'node_modules');
const MODULES_STAMP = path.join(MODULES, '.orrery-stamp');
/** Part of the stamp, since a checkout may be shared with a container: native packages differ. */
const PLATFORM = `${process.platform}-${process.arch}`;
const BUILD_STAMP = path.join(ROOT, 'dist', '.stamp');
/** Whatever the bundle is made from. */
const BUILD_INPUTS = ['src', 'package.json', 'scripts/bundle.mjs'];
const HEARTBEAT_MS = 10_000;

/** Something that the user can mend; its message is one sentence that says how. */
export class SetupError extends Error {}

/** Runs a command's main function; a {@link SetupError} becomes its sentence and exit code 1. */
export async function run(main) {
  try {
    assertNodeVersion();
    await main();
  } catch (error) {
    if (!(error instanceof SetupError || isNotOurs(error))) throw error;
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

const NOT_OURS = new Set(['EACCES', 'EPERM', 'EROFS']);

/** A checkout that somebody else owns, or that is mounted read-only. */
function isNotOurs(error) {
  return NOT_OURS.has(error?.code) && typeof error.path === 'string';
}

function explain(error) {
  if (error instanceof SetupError) return error.message;
  return `${error.path} cannot be written (${error.code}); run this as the owner of the checkout, or in a copy of your own.`;
}

function assertNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = MINIMUM_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Orrery needs Node.js ${MINIMUM_NODE.join('.')} or newer and this is ${process.versions.node}; install a newer one from https://nodejs.org and try again.`,
  );
}

/** One line of progress, on stderr so that a command's output stays its own. */
export function progress(message) {
  process.stderr.write(`${message}\n`);
}

/** Installs the packages when they are missing or not those of the lock file. */
export async function ensureDependencies() {
  const stamp = dependencyStamp();
  const previous = readIfExists(MODULES_STAMP);
  if (previous === stamp) return;
  const samePlatform = previous === undefined || previous.endsWith(PLATFORM);
  if (!samePlatform || !matchesLock()) await installDependencies();
  fs.writeFileSync(MODULES_STAMP, stamp);
}

function dependencyStamp() {
  const lock = fs.readFileSync(path.join(ROOT, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${hash} ${PLATFORM}`;
}

/**
 * Whether what npm says it has installed is what the lock file says, as after somebody's `npm install`. npm writes its
 * list last, so a half-done installation has none.
 */
function matchesLock() {
  const installed = readIfExists(path.join(MODULES, '.package-lock.json'));
  if (installed === undefined) return false;
  const actual = JSON.parse(installed).packages;
  const wanted = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || actual[name]?.version === entry.version,
  );
}

async function installDependencies() {
  progress('Installing the packages of package-lock.json (the first time this takes a minute) ...');
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error'];
  const code = await withHeartbeat('still installing', () => npm(args));
  if (code === 0) return;
  throw new SetupError(
    'The packages could not be installed (npm says why above); check the network connection and try again.',
  );
}

/** npm starts us in most cases, and then says where it is. */
function npm(args) {
  const npmProgram = process.env.npm_execpath;
  return npmProgram
    ? execute(process.execPath, [npmProgram, ...args])
    : execute('npm', args).catch(() => {
        throw new SetupError(
          'npm was not found; it comes with Node.js, so install Node.js again from https://nodejs.org.',
        );
      });
}

/** Runs a program in the checkout with our terminal and resolves with its exit code. */
export function execute(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function withHeartbeat(message, work) {
  const startedAt = Date.now();
  const timer = setInterval(() => {
    progress(`... ${message} (${Math.round((Date.now() - startedAt) / 1000)} s)`);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Builds `dist/` when the sources are not those of the last build. */
export async function ensureBuilt() {
  if (readIfExists(BUILD_STAMP) !== sourceStamp()) await build();
}

/** Builds `dist/`. The sources are looked at first: what changes meanwhile is built the next time. */
export async function build() {
  progress('Building ...');
  const { bundle } = await import('./bundle.mjs');
  try {
    await bundle(ROOT, sourceStamp());
  } catch (error) {
    // esbuild has listed its errors; anything else is a fault of these scripts.
    if (!error.errors) throw error;
    throw new SetupError('The sources do not build: see the errors above, or run "npm run check".');
  }
}

/** Names, sizes and times of all sources: reading them all would cost more than it could ever save. */
function sourceStamp() {
  const hash = createHash('sha256');
  for (const input of BUILD_INPUTS) addToStamp(hash, path.join(ROOT, input));
  return hash.digest('hex');
}

function addToStamp(hash, file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
    return;
  }
  for (const name of fs.readdirSync(file).sort()) addToStamp(hash, path.join(file, name));
}

function readIfExists(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
