/**
 * `npm run schema`: writes schema.graphql, the SDL of the groups that are served by default.
 *
 *   tsx scripts/emit-schema.ts           writes it when it is stale
 *   tsx scripts/emit-schema.ts --check   writes nothing, and fails when it is stale
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printServedSchema } from '../src/graphql/print-schema.ts';
import { STRATEGIES } from '../src/scheme/groups/strategies.ts';
import { createScheme } from '../src/scheme/scheme.ts';

const file = fileURLToPath(new URL('../schema.graphql', import.meta.url));
const sdl = printServedSchema(createScheme({ strategies: STRATEGIES }));
if (!existsSync(file) || readFileSync(file, 'utf8') !== sdl) {
  if (process.argv.includes('--check')) {
    console.error('schema.graphql is stale: run "npm run schema".');
    process.exitCode = 1;
  } else {
    writeFileSync(file, sdl);
    console.log('Wrote schema.graphql');
  }
}
