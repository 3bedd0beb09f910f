/**
 * Specs that are possible and cannot be satisfied: each is explained on its object, and costs its controllers a few runs in an
 * hour, not a core. All cases share one cluster and its time, each in a namespace of its own.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import type { QueueBackend } from '../../../src/machinery/work-queue.ts';
import {
  batchJobs,
  coreConfigMaps,
  coreEvents,
  coreNamespaces,
  coreNodes,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { InProcessQueueBackend } from '../../support/in-process-queue-backend.ts';
import { VOLUME_CASES } from '../../support/unsatisfiable/volume-cases.ts';
import { WORKLOAD_CASES } from '../../support/unsatisfiable/workload-cases.ts';

/** Forty-eight minutes: Events are kept for an hour. */
const STEP_MS = 120_000;
const STEPS = 24;
/** A failing key backs off to 1,000 s within 18 runs. */
const MAX_RUNS = 50;
/** Every 8 s: half of what finalizers are thought to take, and one. */
const MAX_NAMESPACE_RUNS = 400;
const MAX_WRITES_PER_MINUTE = 2.5;

const CASES = [...WORKLOAD_CASES, ...VOLUME_CASES];

let plane: TestPlane;
/** The store's version when the first half of the time was over, and all had had their say. */
let versionAtHalf = 0;
/** How often each key of each queue was worked on. */
const runs = new Map<string, number>();

/** A namespace that is deleted and cannot go, because nobody takes the finalizer away from what is in it. */
async function holdNamespace(client: ApiClient): Promise<void> {
  await client.create(coreNamespaces, { metadata: { name: 'held' } });
  const finalizers = ['example.com/never'];
  const metadata = { namespace: 'held', name: 'settings', finalizers };
  await client.create(coreConfigMaps, { metadata });
  await client.delete(coreNamespaces, { name: 'held' });
}

/** The queue that counts. */
function countingBackend(): QueueBackend {
  const inner = new InProcessQueueBackend();
  return {
    open: (options) =>
      inner.open({
        ...options,
        process: (key, signal, waitedMs) => {
          const id = `${options.name} ${key}`;
          runs.set(id, (runs.get(id) ?? 0) + 1);
          return options.process(key, signal, waitedMs);
        },
      }),
    close: () => inner.close(),
  };
}

beforeAll(async () => {
  plane = await testPlane({ controllers: 'all', drivePods: false, queue: countingBackend() });
  for (const name of ['n1', 'n2']) await plane.client.create(coreNodes, { metadata: { name } });
  for (const { arrange, name } of CASES) {
    await plane.client.create(coreNamespaces, { metadata: { name } });
    await arrange(plane.client, name);
  }
  await holdNamespace(plane.client);
  await plane.idle();
  for (let step = 0; step < STEPS; step++) {
    if (step === STEPS / 2) versionAtHalf = Number(await plane.api.store.currentResourceVersion());
    plane.clock.advance(STEP_MS);
    await plane.idle();
  }
}, 120_000);
afterAll(async () => plane[Symbol.asyncDispose]());

describe('is explained, and costs no more than a few runs an hour:', () => {
  test.each(CASES)('$title', async ({ event, maxRuns = MAX_RUNS, name, status }) => {
    if (status) {
      const [first] = await plane.list(status[0] as ResourceRef<ApiObject>, name);
      const { status: told = {} } = first as ApiObject & { status?: object };
      expect(told).toEqual(expect.objectContaining(status[1]));
    }
    if (event) {
      const events = (await plane.list(coreEvents, name)).filter(
        ({ reason }) => reason === event[0],
      );
      expect(events.map(({ message = '' }) => message)).toContainEqual(
        expect.stringMatching(event[1]),
      );
    }
    const own = [...runs].filter(([id]) => id.includes(` ${name}/`) || id.includes(`:${name}/`));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter(([, count]) => count > maxRuns)).toEqual([]);
  });

  test('a namespace that cannot go', async () => {
    const { status } = await plane.client.get(coreNamespaces, { name: 'held' });
    expect(status).toMatchObject({
      phase: 'Terminating',
      conditions: expect.arrayContaining([
        expect.objectContaining({
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: 'Some resources are remaining: configmaps. has 1 resource instances',
        }),
        expect.objectContaining({
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message:
            'Some content in the namespace has finalizers remaining: example.com/never in 1 resource instances',
        }),
      ]),
    });
    const [, count = 0] = [...runs].find(([id]) => /namespace.* held$/.test(id)) ?? [];
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(MAX_NAMESPACE_RUNS);
  });

  test('all of them together write less than five times in two minutes once they have had their say', async () => {
    const writes = Number(await plane.api.store.currentResourceVersion()) - versionAtHalf;
    expect(writes / ((STEPS / 2) * (STEP_MS / 60_000))).toBeLessThan(MAX_WRITES_PER_MINUTE);
  });

  test('nothing of it starts what cannot run', async () => {
    expect((await plane.list(batchJobs, 'cronjob')).length).toBe(0);
    expect((await plane.list(corePods, 'deployment')).length).toBe(0);
  });
});
