import { expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import { coreConfigMaps, coreNamespaces } from '../../../src/scheme/generated/resources.ts';
import { createTestDatabase } from '../../support/database.ts';
import { testApi } from '../../support/plane.ts';

const settings = (namespace: string, name: string) => ({ metadata: { namespace, name } });

test('no create is acknowledged at a later version than the deletion of its namespace, however they race', async () => {
  await using database = await createTestDatabase();
  await using one = await testApi({ databaseUrl: database.url });
  await using other = await testApi({ databaseUrl: database.url });
  const clients = [one, other].map(({ apiServer }) =>
    createClient(apiServer, { user: ADMIN_USER }),
  );
  const versions: { created: number[]; refused: number; terminated: number }[] = [];
  for (let round = 0; round < 10; round++) {
    const namespace = `race-${round}`;
    await one.client.create(coreNamespaces, { metadata: { name: namespace } });
    await other.client.get(coreNamespaces, { name: namespace });
    const creates = Array.from({ length: 40 }, async (_, i) => {
      const client = clients[i % 2] as (typeof clients)[number];
      for (let tick = 0; tick < i; tick++) await Promise.resolve();
      return client.create(coreConfigMaps, settings(namespace, `c-${i}`));
    });
    const deletion = one.client.delete(coreNamespaces, { name: namespace });
    const outcomes = await Promise.allSettled(creates);
    const { object } = await deletion;
    const created = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [Number(outcome.value.metadata.resourceVersion)] : [],
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(isApiError(outcome.reason, 'Forbidden')).toBe(true);
    }
    versions.push({
      created,
      refused: outcomes.length - created.length,
      terminated: Number(object.metadata.resourceVersion),
    });
  }
  for (const { created, terminated } of versions) {
    expect(created.filter((version) => version > terminated)).toEqual([]);
  }
  // The race is one: creates came before and after.
  expect(versions.some(({ refused }) => refused > 0)).toBe(true);
  expect(versions.some(({ created }) => created.length > 0)).toBe(true);
});
