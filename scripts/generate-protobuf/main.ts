/**
 * Generates `src/rest/generated/protobuf-messages.ts`: which field of which message has which number, read from the tags in
 * the published Go types. Run it with the module directories that `go mod download -json` names:
 *
 *   tsx scripts/generate-protobuf/main.ts API_DIR APIMACHINERY_DIR
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { emitMessages } from './emit-messages.ts';
import { type GoPackage, readGoFile } from './go-types.ts';

const OUTPUT = path.join(
  import.meta.dirname,
  '../../src/rest/protobuf/generated/protobuf-messages.ts',
);

function main([api, apimachinery]: readonly string[]): void {
  if (!api || !apimachinery) throw new Error('usage: main.ts API_DIR APIMACHINERY_DIR');
  const packages = new Map<string, GoPackage>();
  for (const [importPath, directory] of packageDirectories('k8s.io/api', api)) {
    packages.set(importPath, readPackage(directory));
  }
  const meta = 'pkg/apis/meta/v1';
  packages.set(`k8s.io/apimachinery/${meta}`, readPackage(path.join(apimachinery, meta)));
  writeFileSync(OUTPUT, emitMessages(packages));
}

/** Every `group/version` folder of a module. */
function packageDirectories(module: string, root: string): readonly (readonly [string, string])[] {
  const isFolder = (directory: string): boolean => statSync(directory).isDirectory();
  return readdirSync(root).flatMap((group) => {
    const directory = path.join(root, group);
    if (!isFolder(directory) || group === 'testdata') return [];
    return readdirSync(directory)
      .filter((version) => /^v\d/.test(version) && isFolder(path.join(directory, version)))
      .map((version) => [`${module}/${group}/${version}`, path.join(directory, version)] as const);
  });
}

function readPackage(directory: string): GoPackage {
  const all: GoPackage = { structs: new Map(), aliases: new Map() };
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.go') || file.endsWith('_test.go') || file.includes('generated')) continue;
    const { structs, aliases } = readGoFile(readFileSync(path.join(directory, file), 'utf8'));
    for (const [name, struct] of structs) all.structs.set(name, struct);
    for (const [name, alias] of aliases) all.aliases.set(name, alias);
  }
  return all;
}

main(process.argv.slice(2));
