import path from 'node:path';
import { defineConfig } from 'prisma/config';

// Without this the command downloads an engine, even to format a file.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.resolve('scripts/schema-engine.mjs');

/**
 * For the `prisma` command; the server itself applies prisma/migrations with src/store/migrate.ts. Set DATABASE_URL to
 * the database that `migrate status`, `migrate dev` and the like are to look at.
 */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // `validate` and `generate` want an address but never use it.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://orrery@127.0.0.1:5432/orrery' },
});
