#!/usr/bin/env node
/**
 * Prisma's schema engine without a download: the WebAssembly build of the same engine, from npm, behind the line-wise
 * JSON-RPC on stdin and stdout that the `prisma` command speaks. prisma.config.ts names this file as the engine.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { MigrationAdapterFactory, runOnce } from './schema-engine/adapter.mjs';
import { runDatabaseCommand } from './schema-engine/database-commands.mjs';

/** Prisma's command names one method otherwise than the engine. */
const RENAMED = { getDatabaseVersion: 'version' };
const REQUEST_FAILED = 4466;
const EMPTY_SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n';

const { values, positionals } = parseArgs({
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    version: { type: 'boolean', short: 'V' },
  },
  allowPositionals: true,
  strict: false,
});
const url = JSON.parse(values.datasource ?? '{}').url ?? process.env.DATABASE_URL;

/** Loads the engine without the bundler that its package expects to be loaded by. */
async function loadEngine() {
  const glue = '@prisma/schema-engine-wasm/schema_engine_bg';
  const bindings = await import(glue);
  const folder = path.dirname(createRequire(import.meta.url).resolve(glue));
  const module = new WebAssembly.Module(
    fs.readFileSync(path.join(folder, 'schema_engine_bg.wasm')),
  );
  const imports = {};
  for (const wanted of WebAssembly.Module.imports(module)) {
    imports[wanted.module] ??= {};
    imports[wanted.module][wanted.name] = bindings[wanted.name];
  }
  const instance = new WebAssembly.Instance(module, imports);
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (text) => process.stderr.write(text) };
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return bindings;
}

let engine;
let bindings;

/** Made at the first request that needs it: it connects to the database. */
async function getEngine() {
  bindings ??= await loadEngine();
  const files = values.datamodels ?? [];
  const datamodels = files.map((file) => [file, fs.readFileSync(file, 'utf8')]);
  const factory = bindMigrationAwareSqlAdapterFactory(new MigrationAdapterFactory(url));
  engine ??= await bindings.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : [['schema.prisma', EMPTY_SCHEMA]] },
    () => undefined,
    factory,
  );
  return engine;
}

async function answer(method, params) {
  if (method === 'dbExecute') {
    await runOnce(params.datasourceType.url ?? url, params.script);
    return null;
  }
  const loaded = await getEngine();
  if (method === 'version' && !params?.datasource) return bindings.version();
  const result = await loaded[RENAMED[method] ?? method](params);
  if (method !== 'diff') return result ?? null;
  // The native engine prints a difference as it goes; this one returns it.
  if (result.stdout != null) send({ id: 0, method: 'print', params: { content: result.stdout } });
  return { exitCode: result.exitCode, stdout: null };
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function handle({ id, method, params }) {
  // An answer to our own `print`.
  if (!method) return;
  try {
    send({ id, result: await answer(method, params) });
  } catch (error) {
    const data = {
      is_panic: false,
      message: error.message ?? String(error),
      meta: error.meta ?? {},
      error_code: error.code ?? null,
    };
    send({ id, error: { code: REQUEST_FAILED, message: 'The request failed; see data.', data } });
  }
}

if (values.version) {
  process.stdout.write('schema-engine-wasm\n');
} else if (positionals.includes('cli')) {
  process.exitCode = await runDatabaseCommand(positionals[positionals.indexOf('cli') + 1], url);
} else {
  // One after another: the engine answers in order.
  for await (const line of createInterface({ input: process.stdin })) {
    await handle(JSON.parse(line));
  }
  process.exit(0);
}
