/**
 * `npm run codegen`: the typed GraphQL clients, from schema.graphql and the documents of each client.
 *
 *   node scripts/codegen.mjs           writes what is stale
 *   node scripts/codegen.mjs --check   writes nothing, and fails when something is stale
 */
import fs from 'node:fs';
import path from 'node:path';
import { ensureDependencies, progress, ROOT, run, SetupError } from './setup.mjs';

/** The folders of documents, and the file that each is turned into. */
const CLIENTS = [
  { folder: 'src/cli/operations', output: 'src/cli/generated/operations.ts' },
  { folder: 'examples/client/operations', output: 'examples/client/generated/operations.ts' },
];

function readSchema() {
  const file = process.env.ORRERY_SCHEMA ?? path.join(ROOT, 'schema.graphql');
  if (!fs.existsSync(file)) throw new SetupError(`${file} is missing: "git checkout" it.`);
  return fs.readFileSync(file, 'utf8');
}

/** @returns the clients whose generated file is not what it should be */
async function findStale() {
  const [{ generate }, { parse }] = await Promise.all([
    import('./codegen/generate.mjs'),
    import('graphql'),
  ]);
  const schema = parse(readSchema());
  const stale = [];
  for (const { folder, output } of CLIENTS) {
    const code = await generate({ schema, folder: path.join(ROOT, folder) }).catch(explain);
    const file = path.join(ROOT, output);
    const current = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
    if (code !== current) stale.push({ output, file, code });
  }
  return stale;
}

/** A document that does not parse or does not fit the schema is the author's to mend, and told without a stack. */
function explain(error) {
  const isDocuments =
    error.name === 'GraphQLError' || /^GraphQL Document Validation failed/.test(error.message);
  throw isDocuments ? new SetupError(String(error)) : error;
}

await run(async () => {
  await ensureDependencies();
  const stale = await findStale();
  if (process.argv.includes('--check')) {
    const names = stale.map(({ output }) => output).join(', ');
    if (stale.length > 0) throw new SetupError(`Stale: ${names}; run "npm run codegen".`);
    return;
  }
  for (const { output, file, code } of stale) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, code);
    progress(`Wrote ${output}`);
  }
});
