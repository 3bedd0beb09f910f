/** What `-f` names: files, folders, standard input and web addresses, as texts. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';

/** One text with manifests, and what messages call it. */
export interface ManifestSource {
  readonly name: string;
  readonly text: string;
}

const MANIFEST_FILE = /\.(?:ya?ml|json)$/;

/** The sources in the order that they are named; those of a folder by name. @throws {CliError} */
export async function collectManifests(
  context: CliContext,
  { filename = [], recursive = false }: { filename?: readonly string[]; recursive?: boolean },
): Promise<readonly ManifestSource[]> {
  const sources: ManifestSource[] = [];
  for (const place of filename) sources.push(...(await readPlace(context, place, recursive)));
  return sources;
}

async function readPlace(
  context: CliContext,
  place: string,
  recursive: boolean,
): Promise<ManifestSource[]> {
  if (place === '-') return [{ name: 'STDIN', text: await readStdin(context) }];
  if (/^https?:\/\//i.test(place)) return [{ name: place, text: await download(context, place) }];
  const file = path.resolve(context.environment.cwd, place);
  const stat = await fs
    .stat(file)
    .catch((error: NodeJS.ErrnoException) => refusePath(place, error));
  if (!stat.isDirectory()) return [{ name: place, text: await readFile(place, file) }];
  return readFolder(place, file, recursive);
}

async function readFolder(
  place: string,
  folder: string,
  recursive: boolean,
): Promise<ManifestSource[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive });
  const files = entries
    .filter((entry) => !entry.isDirectory() && MANIFEST_FILE.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  if (files.length === 0) {
    const hint = recursive ? '' : ' (-R looks into the folders in it)';
    throw new CliError(
      `error reading [${place}]: recognized file extensions are [.json .yaml .yml]${hint}`,
    );
  }
  return Promise.all(
    files.map(async (file) => ({
      name: path.join(place, file),
      text: await readFile(path.join(place, file), path.join(folder, file)),
    })),
  );
}

async function readFile(place: string, file: string): Promise<string> {
  const bytes = await fs
    .readFile(file)
    .catch((error: NodeJS.ErrnoException) => refusePath(place, error));
  return decode(place, bytes);
}

function refusePath(place: string, error: NodeJS.ErrnoException): never {
  throw new CliError(
    error.code === 'ENOENT'
      ? `the path "${place}" does not exist`
      : `the path "${place}" cannot be read (${error.code})`,
  );
}

async function readStdin({ environment }: CliContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of environment.stdin) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return decode('STDIN', Buffer.concat(chunks));
}

function decode(place: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(`"${place}" is not a text in UTF-8, so it holds no manifests`);
  }
}

async function download({ signal }: CliContext, url: string): Promise<string> {
  const response = await fetch(url, { signal }).catch((error: Error) => {
    const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
    throw new CliError(`unable to read URL "${url}"${code ? ` (${code})` : ''}`);
  });
  if (response.ok) return decode(url, new Uint8Array(await response.arrayBuffer()));
  throw new CliError(
    `unable to read URL "${url}", server reported ${response.status} ${response.statusText}, status code=${response.status}`,
  );
}
