import { expect, test } from '@jest/globals';
import type { AdmissionPlugin } from '../../../src/apiserver/admission/plugin.ts';
import { createAdmissionPlugins } from '../../../src/apiserver/admission/plugin-table.ts';
import { type Random, seededRandom } from '../../../src/lib/random.ts';
import { forbidden, isApiError } from '../../../src/scheme/errors.ts';
import { appsStatefulSets, corePods } from '../../../src/scheme/generated/resources.ts';
import type { StatefulSetSpec } from '../../../src/scheme/generated/types/apps-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { StatefulHistory } from '../../support/stateful-history.ts';
import {
  createWeb,
  patchSpec,
  pods,
  rolledOut,
  setImage,
  web,
} from '../../support/stateful-plane.ts';
import { testSeed } from '../../support/test-seed.ts';

const STEPS = 120;

/** Refuses some of the Pods, as a quota or a webhook would. */
class SometimesNoPod implements AdmissionPlugin {
  readonly name = 'SometimesNoPod';
  readonly #random: Random;
  share = 0.2;

  constructor(random: Random) {
    this.#random = random;
  }

  handles({ resource }: { resource: string }, operation: string): boolean {
    return resource === 'pods' && operation === 'CREATE';
  }

  validate({ namespace, name }: { namespace: string; name: string }): void {
    if (this.#random() >= this.share) return;
    throw forbidden({ group: '', resource: 'pods', namespace, name }, 'not now');
  }
}

async function recordHistory(plane: TestPlane): Promise<StatefulHistory> {
  const history = new StatefulHistory();
  const resourceVersion = await plane.api.store.currentResourceVersion();
  await plane.client.watch(corePods, { resourceVersion }, history.sink());
  await plane.client.watch(appsStatefulSets, { resourceVersion }, history.sink());
  return history;
}

/** One thing that a user does, or that befalls the Pods; whoever is late is too late. */
async function disturb(plane: TestPlane, history: StatefulHistory, random: Random): Promise<void> {
  const all = await pods(plane);
  const pod = all[Math.floor(random() * all.length)];
  const pick = random();
  if (pick < 0.25) return patchSpec(plane, { replicas: Math.floor(random() * 5) });
  if (pick < 0.35) return setImage(plane, `nginx:${Math.floor(random() * 3)}`);
  if (!pod) return;
  if (pick < 0.55) {
    history.deletedByOthers.add(pod.metadata.uid ?? '');
    const { namespace, name = '', uid = '' } = pod.metadata;
    await plane.client.delete(corePods, { namespace, name }, { preconditions: { uid } });
  } else if (pick < 0.65) {
    const status = { ...pod.status, phase: 'Failed' as const };
    await plane.client.update(corePods, { ...pod, status }, { subresource: 'status' });
  } else if (pod.status?.phase !== 'Failed') {
    await plane.pods.setReady(pod, random() < 0.7);
  }
}

async function liveThrough(
  plane: TestPlane,
  history: StatefulHistory,
  random: Random,
): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    const some = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      disturb(plane, history, random).catch((thrown) => {
        if (!isApiError(thrown, 'Conflict', 'NotFound')) throw thrown;
      }),
    );
    // Now and then the controller is given time; else it works while things change.
    await Promise.all(some);
    plane.clock.advance(random() < 0.5 ? 100 : 2_000);
    if (random() < 0.1) await plane.idle();
  }
}

async function runRandomly(policy: StatefulSetSpec['podManagementPolicy'], seed: number) {
  const random = seededRandom(seed);
  const faults = new SometimesNoPod(random);
  const plane = await testPlane({
    controllers: ['statefulset'],
    admissionPlugins: [...createAdmissionPlugins(), faults],
  });
  const history = await recordHistory(plane);
  await createWeb(plane, { replicas: 3, ...(policy ? { podManagementPolicy: policy } : {}) });
  await liveThrough(plane, history, random);
  return { plane, faults, history };
}

test('an ordered StatefulSet never has two Pods of one place, nor breaks its order, whatever happens', async () => {
  const { plane, faults, history } = await runRandomly('OrderedReady', testSeed());
  await using _plane = plane;
  faults.share = 0;
  await patchSpec(plane, { replicas: 3 });
  await plane.eventually(async () => {
    for (const pod of await pods(plane)) {
      const isBroken = pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp;
      if (isBroken) await plane.pods.setReady(pod, true).catch(() => undefined);
    }
    return web(plane);
  }, rolledOut(3));
  expect(history.violations()).toEqual([]);
  expect(history.podsCreated).toBeGreaterThan(10);
}, 60_000);

test('the judge of that law finds what a parallel StatefulSet does out of order', async () => {
  const { plane, history } = await runRandomly('Parallel', testSeed());
  await using _plane = plane;
  expect(history.violations()).not.toEqual([]);
}, 60_000);
