/** A whole plane under random users and faults: at the end everything is as it was asked for, and no watch was lied to. */
import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { sleep, systemClock } from '../../../src/lib/clock.ts';
import { seededRandom } from '../../../src/lib/random.ts';
import type { Deployment, ReplicaSet } from '../../../src/scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { PlaneApi } from '../../e2e/plane/support/plane-api.ts';
import type { PlaneWatch } from '../../e2e/plane/support/plane-watch.ts';
import { assertWatchOfPart, readLog } from '../../e2e/plane/support/revision-log.ts';
import {
  deploymentManifest,
  isReady,
  isRolledOut,
  isTerminating,
  powerManifest,
} from '../../e2e/plane/support/workloads.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { GraphqlRequestError } from '../../support/graphql-client.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';
import { testSeed } from '../../support/test-seed.ts';
import { assertGapless } from '../../support/watch-guarantees.ts';

const NODES = 6;
const ROUNDS = 60;
const ACTIONS_PER_ROUND = 8;
const MAX_PAUSE_MS = 2_000;
const DEPLOYMENTS = ['a', 'b', 'c', 'd', 'e', 'f'];
const WATCHED = ['deployments', 'replicasets', 'pods'];
const ARGS = [
  ...['--initial-nodes', String(NODES)],
  ...['--node-monitor-grace-period', '2', '--default-toleration-seconds', '2'],
];
/** What may be said to an action that met another one, or a fault. */
const EXPECTED = new Set([
  'NotFound',
  'Conflict',
  'AlreadyExists',
  'ServiceUnavailable',
  'Timeout',
]);

/** The plane, its users and its bad luck. */
class Chaos {
  readonly #random: () => number;
  readonly #databaseUrl: string;
  readonly #dataDirectory = temporaryDataDirectory();
  readonly #poweredOff = new Set<string>();
  readonly #counts = { actions: 0, kills: 0, cuts: 0, resumptions: 0 };
  #server: ServerProcess | undefined;
  #api: PlaneApi | undefined;
  #watch: PlaneWatch | undefined;

  constructor(seed: number, databaseUrl: string) {
    this.#random = seededRandom(seed);
    this.#databaseUrl = databaseUrl;
  }

  get api(): PlaneApi {
    return this.#api as PlaneApi;
  }

  get watch(): PlaneWatch {
    return this.#watch as PlaneWatch;
  }

  /** What has happened, for whoever wonders whether anything did. */
  get story(): string {
    const { actions, kills, cuts, resumptions } = this.#counts;
    return `${actions} actions, ${kills} kills of the server, ${cuts} times connections to PostgreSQL cut, ${resumptions} streams resumed`;
  }

  async start(): Promise<void> {
    this.#server = await startServer({
      databaseUrl: this.#databaseUrl,
      dataDirectory: this.#dataDirectory,
      args: ARGS,
    });
    this.#api = new PlaneApi(this.#server);
    const resources = WATCHED.map((resource) => ({ resource, namespace: 'default' }));
    this.#watch = this.#watch?.resume(this.#api.graphql) ?? (await this.#api.watch(resources));
  }

  async stop(): Promise<void> {
    this.#watch?.stop();
    await this.#api?.[Symbol.asyncDispose]();
    await this.#server?.[Symbol.asyncDispose]();
    fs.rmSync(this.#dataDirectory, { recursive: true, force: true });
  }

  async round(): Promise<void> {
    const actions = Array.from({ length: ACTIONS_PER_ROUND }, () => this.#act());
    await Promise.all(actions);
    await this.#misfortune();
    await sleep(systemClock, this.#random() * MAX_PAUSE_MS);
  }

  async #act(): Promise<void> {
    try {
      await this.#pick([
        () => this.#applyDeployment(),
        () => this.#applyDeployment(),
        () => this.api.scale(this.#pick(DEPLOYMENTS), this.#upTo(12)),
        () => this.api.scale(this.#pick(DEPLOYMENTS), this.#upTo(12)),
        () => this.#deletePod(),
        () => this.#deletePod(),
        () => this.api.delete('deployments', this.#pick(DEPLOYMENTS)),
        () => this.#switchNode(),
      ])();
      this.#counts.actions++;
    } catch (error) {
      if (!(error instanceof GraphqlRequestError)) throw error;
      if (!EXPECTED.has(error.code ?? '')) throw error;
    }
  }

  async #applyDeployment(): Promise<void> {
    const image = `nginx:1.${this.#upTo(9)}`;
    const manifest = deploymentManifest(this.#pick(DEPLOYMENTS), {
      replicas: this.#upTo(12),
      image,
    });
    await this.api.applyAll(manifest);
  }

  async #deletePod(): Promise<void> {
    const pods = await this.api.list<Pod>('pods', { namespace: 'default' });
    if (pods.length === 0) return;
    const { metadata } = this.#pick(pods);
    await this.api.delete('pods', metadata.name ?? '', { namespace: 'default' });
  }

  /** About half of the nodes stay on: somebody has to do the work. */
  async #switchNode(): Promise<void> {
    const name = `node-${1 + this.#upTo(NODES - 1)}`;
    const turnOn = this.#poweredOff.has(name) || this.#poweredOff.size >= NODES / 2;
    if (turnOn) this.#poweredOff.delete(name);
    else this.#poweredOff.add(name);
    await this.api.applyAll(powerManifest(name, turnOn ? 'on' : 'off'));
  }

  async #misfortune(): Promise<void> {
    const luck = this.#random();
    if (luck < 0.05) await this.#killServer();
    else if (luck < 0.2) await this.#cutDatabaseConnections();
    else if (luck < 0.4) this.#resumeWatch();
  }

  #resumeWatch(): void {
    this.#counts.resumptions++;
    this.#watch = this.watch.resume();
  }

  async #killServer(): Promise<void> {
    this.#counts.kills++;
    await this.#server?.kill();
    await this.#api?.[Symbol.asyncDispose]();
    await this.start();
  }

  /** As a firewall or an administrator would: some of them, in the middle of whatever they do. */
  async #cutDatabaseConnections(): Promise<void> {
    this.#counts.cuts++;
    const client = new pg.Client({ connectionString: this.#databaseUrl });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid)
         from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and random() < $1::float8`,
      [this.#random()],
    );
    await client.end();
  }

  /** The last of the faults is over. Users raced each other: which nodes are off, nobody here can tell. */
  async relent(): Promise<void> {
    for (let i = 1; i <= NODES; i++) await this.api.apply(powerManifest(`node-${i}`, 'on'));
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }

  #upTo(max: number): number {
    return Math.floor(this.#random() * (max + 1));
  }
}

const ownerOf = ({ metadata }: ApiObject): string | undefined => metadata.ownerReferences?.[0]?.uid;
const nameOf = ({ metadata }: ApiObject): string => metadata.name ?? '';

function ownedBy(owners: readonly ApiObject[]): (object: ApiObject) => boolean {
  const uids = new Set(owners.map(({ metadata }) => metadata.uid));
  return (object) => uids.has(ownerOf(object));
}

/** Everything that is not as it should be, once all faults are over; nothing when the plane has converged. */
async function findProblems(api: PlaneApi): Promise<string[]> {
  const here = { namespace: 'default' };
  const [deployments, sets, pods, nodes] = await Promise.all([
    api.list<Deployment>('deployments', here),
    api.list<ReplicaSet>('replicasets', here),
    api.list<Pod>('pods', here),
    api.list<Node>('nodes'),
  ]);
  const isOwned = ownedBy([...deployments, ...sets]);
  const live = nodes.filter(isReady).map(nameOf);
  return [
    ...nodes.filter((node) => !isReady(node)).map((node) => `${nameOf(node)} is not Ready`),
    ...[...sets, ...pods]
      .filter((object) => !isOwned(object))
      .map((object) => `${nameOf(object)} is an orphan`),
    ...pods.filter(isTerminating).map((pod) => `${nameOf(pod)} is still terminating`),
    ...pods
      .filter(({ spec }) => !live.includes(spec?.nodeName ?? ''))
      .map((pod) => `${nameOf(pod)} is on ${pod.spec?.nodeName}, which is not live`),
    ...deployments.flatMap((deployment) => {
      const mine = pods.filter(({ metadata }) => metadata.labels?.app === nameOf(deployment));
      const counts = `${mine.filter(isReady).length} Ready of ${mine.length}`;
      const wanted = deployment.spec?.replicas;
      if (counts === `${wanted} Ready of ${wanted}` && isRolledOut(deployment)) return [];
      return [`${nameOf(deployment)} wants ${wanted} and has ${counts}`];
    }),
  ];
}

test('after minutes of random actions and faults everything converges, nothing is orphaned, and the watch of it all was whole', async () => {
  const seed = testSeed();
  await using database = await createTestDatabase();
  const chaos = new Chaos(seed, database.url);
  await chaos.start();
  try {
    for (let round = 0; round < ROUNDS; round++) await chaos.round();
    await chaos.relent();
    await eventually(
      () => findProblems(chaos.api),
      (problems) => expect(problems).toEqual([]),
      { withinMs: 90_000 },
    );
    const log = await readLog(database.url);
    assertGapless(log);
    process.stdout.write(`${chaos.story}; ${log.length} changes\n`);
    expect(log.length).toBeGreaterThan(ROUNDS * ACTIONS_PER_ROUND);
    const watched = log.filter(({ key }) =>
      WATCHED.some((resource) => key.startsWith(`${resource} default/`)),
    );
    const end = watched.at(-1)?.version ?? 0;
    await eventually(
      () => chaos.watch.version,
      (version) => expect(version).toBeGreaterThanOrEqual(end),
    );
    assertWatchOfPart(chaos.watch.recorded, watched);
  } finally {
    await chaos.stop();
  }
}, 600_000);
