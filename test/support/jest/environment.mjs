import { TestEnvironment } from 'jest-environment-node';
import pg from 'pg';

/**
 * Node's environment, plus the ends of what a test file leaves to it: the databases that `createTestDatabase` made are
 * dropped when the file has passed, and kept, with their names printed, when it has failed.
 *
 * Why here: only the environment knows whether a test of the file failed, and it ends after everything else in it.
 */
export default class OrreryTestEnvironment extends TestEnvironment {
  #failed = false;
  #testPath;

  constructor(config, context) {
    super(config, context);
    this.#testPath = context.testPath;
    this.global.orreryTestDatabases = [];
  }

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') this.#failed = true;
    if (event.name === 'error') this.#failed = true;
  }

  async teardown() {
    const names = this.global.orreryTestDatabases ?? [];
    if (names.length > 0) await this.#dispose(names);
    await super.teardown();
  }

  async #dispose(names) {
    if (this.#failed || process.env.ORRERY_TEST_KEEP) {
      process.stderr.write(`kept for ${this.#testPath}: database ${names.join(', ')}\n`);
      await keepServer(names);
      return;
    }
    const client = new pg.Client({ connectionString: process.env.ORRERY_TEST_ADMIN_URL });
    await client.connect();
    try {
      for (const name of names) {
        await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
      }
    } finally {
      await client.end();
    }
  }
}

/** Tells the global teardown not to remove the server's files. */
async function keepServer(names) {
  const { appendFile } = await import('node:fs/promises');
  const directory = process.env.ORRERY_TEST_SERVER_DIRECTORY;
  if (directory) await appendFile(`${directory}/kept-databases`, `${names.join('\n')}\n`);
}
