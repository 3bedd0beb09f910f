/**
 * The checks of test/clients/go, which do with client-go what programs in Go do. They are compiled on the machine that they
 * run on, of modules that Go's module proxy has.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const SOURCE = path.join(ROOT, 'test/clients/go');
const BINARY = path.join(ROOT, 'node_modules/.cache/orrery-client-go/check');

/** Compiles them. The first time this takes minutes: client-go knows every type of Kubernetes. */
export async function buildGoChecks(): Promise<void> {
  await promisify(execFile)('go', ['build', '-buildvcs=false', '-o', BINARY, '.'], { cwd: SOURCE });
}

/** What one check has found out. @throws with what it says on stderr when it fails */
export async function runGoCheck(name: string, kubeconfig: string): Promise<unknown> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const { stdout } = await promisify(execFile)(BINARY, [name], { env });
  return JSON.parse(stdout);
}
