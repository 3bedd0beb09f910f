import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { invariant } from '../lib/errors.ts';

/** The folder of this package's package.json, from the sources as well as from the bundle in `dist/`. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    invariant(parent !== folder, `a package.json above ${import.meta.url}`);
    folder = parent;
  }
  return folder;
}

/** The version in package.json. */
export function packageVersion(root: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
