/** The checks that no tool does for us. Each returns `{ ok, output }`. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup.mjs';

const TEXT_FILE = /\.(?:[cm]?[jt]s|tsx|md|ya?ml|sql|prisma|graphql|sh)$/;
/** Found when the number does not follow. Written apart, so as not to find itself. */
const BARE_TODO = new RegExp(`\\b(?:${['TO', 'DO'].join('')}|FIX${'ME'})\\b(?!\\(#\\d+\\))`);
/** The lists of open work and of house rules may name the word. */
const MAY_NAME_IT = /^(?:CONTRIBUTING|CHANGELOG)\.md$|^scripts\/check\.mjs$/;

/** Every to-do names its issue, so that none is forgotten: `TODO(#123): what`. */
export function checkTodos() {
  const found = listFiles().flatMap((file) => {
    const lines = fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      BARE_TODO.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
    );
  });
  const advice = 'Name the issue, as in TO'.concat('DO(#123), or do it now.');
  return { ok: found.length === 0, output: [...found, advice].join('\n') };
}

/** Files that git tracks or would track. */
function listFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return files.filter(
    (file) =>
      TEXT_FILE.test(file) && !MAY_NAME_IT.test(file) && fs.existsSync(path.join(ROOT, file)),
  );
}

/**
 * The lock file installs on every platform and from every registry: it has each platform's build of the native
 * packages, and no download addresses. npm forgets the former when a release is not complete yet.
 */
export function checkLock() {
  const { packages } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  const installed = new Set(
    Object.keys(packages).map((key) => key.replace(/^.*node_modules\//, '')),
  );
  const missing = Object.entries(packages).flatMap(([name, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((dependency) => !installed.has(dependency))
      .map((dependency) => `${name} lacks ${dependency}: pin a version whose builds are all out`),
  );
  const addresses = Object.entries(packages)
    .filter(([, entry]) => entry.resolved)
    .map(([name]) => `${name} has a download address: run npm install with the project's .npmrc`);
  const output = [...missing, ...addresses];
  return { ok: output.length === 0, output: output.join('\n') };
}
