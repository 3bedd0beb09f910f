/**
 * Bundles the sources into dist/main.mjs (the server) and dist/cli.mjs (the `orrery` command). Packages stay outside the
 * bundle: they are installed beside it.
 */
import fs from 'node:fs';
import path from 'node:path';

/** esbuild's options for the checkout `root`. */
export function bundleOptions(root, outdir) {
  return {
    absWorkingDir: root,
    entryPoints: [
      { in: path.join(root, 'src/main.ts'), out: 'main' },
      { in: path.join(root, 'src/cli/main.ts'), out: 'cli' },
    ].filter((entry) => fs.existsSync(entry.in)),
    outdir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // One copy of what both share, and lazily loaded commands stay lazy.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'error',
  };
}

/**
 * Builds beside `dist/` and swaps, so that a build that fails or is interrupted leaves the last good one. `stamp` says
 * what was built, for the next look.
 */
export async function bundle(root, stamp) {
  const esbuild = await import('esbuild');
  const draft = path.join(root, `dist.building-${process.pid}`);
  fs.mkdirSync(draft, { recursive: true });
  try {
    await esbuild.build(bundleOptions(root, draft));
    fs.writeFileSync(path.join(draft, '.stamp'), stamp);
    const dist = path.join(root, 'dist');
    fs.rmSync(dist, { recursive: true, force: true });
    fs.renameSync(draft, dist);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}
