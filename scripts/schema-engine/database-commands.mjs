import pg from 'pg';
import { runOnce } from './adapter.mjs';

const INVALID_CATALOG_NAME = '3D000';

/** The engine's commands that concern a database as a whole. */
const COMMANDS = {
  'can-connect-to-database': ({ url }) => runOnce(url, 'select 1'),
  'create-database': ({ admin, name }) => runOnce(admin, `create database ${name}`),
  'drop-database': ({ admin, name }) => runOnce(admin, `drop database if exists ${name}`),
};

/** Runs `cli COMMAND`; a failure goes to stderr as the log line in which Prisma looks for its error code. */
export async function runDatabaseCommand(command, url) {
  const admin = new URL(url);
  const database = decodeURIComponent(admin.pathname.slice(1));
  admin.pathname = '/postgres';
  try {
    await COMMANDS[command]?.({ url, admin: admin.href, name: pg.escapeIdentifier(database) });
    return 0;
  } catch (error) {
    const missing = error.code === INVALID_CATALOG_NAME;
    const fields = {
      error_code: missing ? 'P1003' : 'P1001',
      message: missing
        ? `Database \`${database}\` does not exist`
        : `Can't reach database server at \`${admin.host}\`: ${error.message}`,
      is_panic: false,
    };
    const line = { level: 'ERROR', target: 'schema_engine::logger', fields };
    process.stderr.write(`\n${JSON.stringify(line)}\n`);
    return 1;
  }
}
