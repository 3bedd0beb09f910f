/** `npm run verify:generated`: schema.graphql is what the code serves, and the typed clients are what it says. */
import { ensureDependencies, execute, ROOT, run, SetupError } from './setup.mjs';

/** In this order: the clients are made from schema.graphql. */
const GENERATORS = [
  { what: 'schema.graphql', args: ['--import', 'tsx', 'scripts/emit-schema.ts', '--check'] },
  { what: 'the typed clients', args: ['scripts/codegen.mjs', '--check'] },
];

await run(async () => {
  await ensureDependencies();
  for (const { what, args } of GENERATORS) {
    const code = await execute(process.execPath, args, { cwd: ROOT });
    if (code !== 0) throw new SetupError(`${what}: not in step with the code, see above.`);
  }
});
