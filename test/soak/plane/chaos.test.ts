/** A whole plane under random users and faults for minutes: it converges, and no watch was lied to. */
import { expect, test } from '@jest/globals';
import type { PlaneWatch } from '../../e2e/plane/support/plane-watch.ts';
import { assertWatchOfPart, readLog } from '../../e2e/plane/support/revision-log.ts';
import { WholeCluster } from '../../e2e/plane/support/whole-cluster/cluster.ts';
import type { Dice } from '../../e2e/plane/support/whole-cluster/dice.ts';
import { HistoryJudge } from '../../e2e/plane/support/whole-cluster/history-laws.ts';
import { liveThrough } from '../../e2e/plane/support/whole-cluster/life.ts';
import { eventually } from '../../support/eventually.ts';
import { testSeed } from '../../support/test-seed.ts';

const ROUNDS = 400;
const WATCHED = ['deployments', 'replicasets', 'pods', 'jobs', 'statefulsets'];

test('after minutes of random actions and faults everything converges, no law was broken, and the watch of it all was whole', async () => {
  const seed = testSeed();
  const namespace = `seed-${seed}`;
  await using cluster = new WholeCluster();
  await cluster.start();
  const resources = WATCHED.map((resource) => ({ resource, namespace }));
  let watch: PlaneWatch = await cluster.api.watch(resources);
  const counts = { kills: 0, cuts: 0, resumptions: 0 };
  const loseTheProcess = async (): Promise<void> => {
    counts.kills++;
    await cluster.loseTheProcess();
    watch = watch.resume(cluster.api.graphql);
  };
  const cutConnections = (dice: Dice): Promise<void> => {
    counts.cuts++;
    return cluster.cutDatabaseConnections(dice.random());
  };
  const resumeWatch = (): void => {
    counts.resumptions++;
    watch = watch.resume();
  };
  const misfortunes = [
    { probability: 0.01, happens: loseTheProcess },
    { probability: 0.03, happens: cutConnections },
    { probability: 0.05, happens: resumeWatch },
  ];
  const actions = await liveThrough(cluster, { seed, rounds: ROUNDS, misfortunes });
  const judge = new HistoryJudge();
  expect(await judge.violations(cluster.databaseUrl)).toEqual([]);
  process.stdout.write(`${JSON.stringify({ actions, ...counts, changes: judge.seen })}\n`);
  expect(judge.seen).toBeGreaterThan(actions);
  const log = await readLog(cluster.databaseUrl, WATCHED, { namespace });
  const end = log.at(-1)?.version ?? 0;
  await eventually(
    () => watch.version,
    (version) => expect(version).toBeGreaterThanOrEqual(end),
  );
  watch.stop();
  assertWatchOfPart(watch.recorded, log);
}, 900_000);
