import { expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/composition/database.ts';
import { ConfigError } from '../../../src/composition/option-values.ts';
import { silentLogger } from '../../../src/lib/logger.ts';

const open = (databaseUrl: string) =>
  openDatabase({
    config: { databaseUrl, dataDirectory: '/nowhere' },
    logger: silentLogger,
    onProgress: () => undefined,
  });

test.each([['mysql://127.0.0.1/orrery'], ['127.0.0.1:5432'], ['orrery']])(
  'the DATABASE_URL %p is refused with one that would be right',
  async (url) => {
    await expect(open(url)).rejects.toThrow(
      new ConfigError(
        'DATABASE_URL is not the URL of a PostgreSQL server: give one such as postgres://user:password@127.0.0.1:5432/orrery',
      ),
    );
  },
);

test('a PostgreSQL server that does not answer is named without its password, in one sentence', async () => {
  const refusal = open('postgres://me:secret@127.0.0.1:1/orrery');
  await expect(refusal).rejects.toBeInstanceOf(ConfigError);
  await expect(refusal).rejects.toThrow(
    /^cannot use the PostgreSQL server of DATABASE_URL \(127\.0\.0\.1:1\/orrery\): .*connect ECONNREFUSED 127\.0\.0\.1:1; see that it runs, and that its user may use or create the database$/,
  );
});
