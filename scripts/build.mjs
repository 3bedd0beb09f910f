/** `npm run build`: bundles the sources, stale or not. */
import { build, ensureDependencies, run } from './setup.mjs';

await run(async () => {
  await ensureDependencies();
  await build();
});
