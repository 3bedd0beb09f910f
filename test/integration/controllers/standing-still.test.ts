/** A process that stands still inside one write, after it was found that it may write and before the write is sent. */
import { expect, test } from '@jest/globals';
import type { Controller } from '../../../src/machinery/controller.ts';
import { done } from '../../../src/machinery/controller.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  coordinationLeases,
  coreConfigMaps,
  coreNodes,
} from '../../../src/scheme/generated/resources.ts';
import type { Lease } from '../../../src/scheme/generated/types/coordination-v1.ts';
import type { ConfigMap } from '../../../src/scheme/generated/types/core-v1.ts';
import { type ApiObject, keyOf, type WatchEvent } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type HalfOpenProxy, startHalfOpenProxy } from '../../support/half-open-proxy.ts';
import { type ManagerProcess, managerProcess } from '../../support/manager-process.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { settled } from '../../support/settled.ts';

const MORE_THAN_SIGNS_OF_LIFE = 400;
/** In real time; so long that a busy machine gets the write on its way before PostgreSQL ends the connection. */
const IDLE_TIMEOUT_MS = 4_000;

/** A singleton that says of each Node, by a ConfigMap named after both, that it has seen it: nothing else would keep two apart. */
const witness = (identity: string): Controller => ({
  name: 'witness',
  singleton: true,
  setUp({ client, informers, queue }) {
    informers.informer(coreNodes).addHandler({ onAdd: (node) => queue.add(keyOf(node)) });
    return async (key) => {
      const metadata = { namespace: 'default', name: `${key}-${identity}` };
      await client.create(coreConfigMaps, { metadata }).catch((thrown: unknown) => {
        if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
      });
      return done;
    };
  },
});

async function historyOf<T extends ApiObject>(
  { client }: TestApi,
  ref: ResourceRef<T>,
): Promise<readonly WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  const onEvents = (more: readonly WatchEvent<T>[]): void => void events.push(...more);
  await client.watch(ref, {}, { onEvents, onClose: () => undefined });
  return events;
}

const start = (identity: string, databaseUrl: string): Promise<ManagerProcess> =>
  managerProcess({
    identity,
    databaseUrl,
    controllersFor: () => [witness(identity)],
    store: { idleTimeoutMs: IDLE_TIMEOUT_MS },
  });

const hasWitnessed = ({ client }: TestApi, name: string): Promise<unknown> =>
  eventually(
    () => client.list(coreConfigMaps, { namespace: 'default' }),
    ({ items }) => expect(items.map(({ metadata }) => metadata.name)).toContain(name),
  );

/** Stops the process right where its write leaves it. */
async function standStill(
  process: ManagerProcess,
  proxy: HalfOpenProxy,
  write: () => Promise<unknown>,
): Promise<() => void> {
  const [writer] = proxy.connections('orrery-write');
  writer?.holdRequests();
  await write();
  await eventually(() => expect(writer?.heldRequestBytes).toBeGreaterThan(MORE_THAN_SIGNS_OF_LIFE));
  process.clock.isStopped = true;
  process.clock.pass(11_000);
  return () => writer?.releaseRequests();
}

function expectWrittenByHolders(
  witnessed: readonly WatchEvent<ConfigMap>[],
  leases: readonly WatchEvent<Lease>[],
): void {
  const revision = ({ metadata }: ApiObject): number => Number(metadata.resourceVersion);
  const terms = leases.filter(({ object }) => object.metadata.name === 'orrery-witness');
  for (const { object } of witnessed) {
    const term = terms.findLast((one) => revision(one.object) < revision(object));
    const [node, author] = object.metadata.name?.split('-') ?? [];
    const holder = term?.object.spec?.holderIdentity;
    expect({ node, holder }).toEqual({ node, holder: author });
  }
}

test('what a process that stood still inside a write sends, when another has taken over, is not written', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startHalfOpenProxy(database.url);
  await using api = await testApi({ databaseUrl: database.url });
  const witnessed = await historyOf(api, coreConfigMaps);
  const leases = await historyOf(api, coordinationLeases);
  const createNode = (name: string) => api.client.create(coreNodes, { metadata: { name } });
  await using one = await start('one', proxy.urlFor(database.url));
  await createNode('n0');
  await hasWitnessed(api, 'n0-one');
  await using two = await start('two', database.url);
  const goOn = await standStill(one, proxy, () => createNode('n1'));
  await eventually(async () => {
    two.clock.pass(1_000);
    await settled();
    expect(witnessed.map(({ object }) => object.metadata.name)).toContain('n1-two');
  });
  goOn();
  await eventually(() => expect(one.writes.underWay).toBe(0));
  expectWrittenByHolders(witnessed, leases);
  expect(witnessed.map(({ object }) => object.metadata.name)).not.toContain('n1-one');
}, 60_000);
