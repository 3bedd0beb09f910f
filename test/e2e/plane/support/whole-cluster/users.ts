import { sleep, systemClock } from '../../../../../src/lib/clock.ts';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { GraphqlRequestError } from '../../../../support/graphql-client.ts';
import type { WholeCluster } from './cluster.ts';
import type { Dice } from './dice.ts';
import {
  CRON_JOBS,
  cronJob,
  DAEMON_SETS,
  DEPLOYMENTS,
  daemonSet,
  deployment,
  JOBS,
  job,
  type Manifest,
  podDisruptionBudget,
  QUOTA,
  resourceQuota,
  STATEFUL_SETS,
  service,
  statefulSet,
} from './manifests.ts';

/** What may be said to an action that met another one, a budget, a quota, or a fault. */
const EXPECTED = new Set([
  'NotFound',
  'Conflict',
  'AlreadyExists',
  'ServiceUnavailable',
  'Timeout',
  'TooManyRequests',
]);
const MAX_PAUSE_MS = 150;

const EVICT = `mutation ($name: String!, $namespace: String!) {
  createCoreV1PodEviction(name: $name, namespace: $namespace, input: {}) { kind }
}`;

/** The users of one namespace: they ask for things, change their minds, and take things away. */
export class Users {
  readonly namespace: string;
  readonly #dice: Dice;
  readonly #actions: readonly (() => Promise<unknown>)[];
  readonly #cluster: WholeCluster;
  /** How many of their actions were heard. */
  acted = 0;

  constructor(namespace: string, cluster: WholeCluster, dice: Dice) {
    this.namespace = namespace;
    this.#cluster = cluster;
    this.#dice = dice;
    const often = [deployment, statefulSet, job, daemonSet, deployment, service];
    const rarely = [podDisruptionBudget, cronJob];
    this.#actions = [
      ...[...often, ...often, ...rarely].map((write) => () => this.#write(write(namespace, dice))),
      () => this.#write(resourceQuota(namespace, dice.between(5, 30))),
      () => this.#deletePod(),
      () => this.#deletePod(),
      () => this.#evictPod(),
      () => this.#evictPod(),
      () => this.#delete('deployments', dice.pick(DEPLOYMENTS)),
      () => this.#delete('statefulsets', dice.pick(STATEFUL_SETS)),
      () => this.#delete('daemonsets', dice.pick(DAEMON_SETS)),
      () => this.#delete('jobs', dice.pick(JOBS)),
      () => this.#delete('jobs', dice.pick(JOBS)),
      () => this.#delete('cronjobs', dice.pick(CRON_JOBS)),
      () => this.#delete('services', dice.pick(DEPLOYMENTS)),
      () => this.#delete('resourcequotas', QUOTA),
    ];
  }

  /** Acts a few times at once, and waits a little. */
  async round(actions: number): Promise<void> {
    await Promise.all(Array.from({ length: actions }, () => this.#act()));
    await sleep(systemClock, this.#dice.random() * MAX_PAUSE_MS);
  }

  async #act(): Promise<void> {
    try {
      await this.#dice.pick(this.#actions)();
      this.acted++;
    } catch (error) {
      if (!(error instanceof GraphqlRequestError)) throw error;
      if (!EXPECTED.has(error.code ?? '')) throw error;
    }
  }

  /** A spec that cannot be changed so is refused; then it is made anew. */
  async #write(manifest: Manifest): Promise<void> {
    const [document] = await this.#cluster.api.applyAll(manifest);
    const { reason = '', message = '' } = document?.error ?? {};
    if (document?.operation !== 'FAILED' || EXPECTED.has(reason)) return;
    const isImmutable = reason === 'Invalid' && manifest.kind === 'Job';
    if (!isImmutable) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${message}`);
    await this.#delete('jobs', manifest.metadata.name);
  }

  async #delete(resource: string, name: string): Promise<void> {
    const propagationPolicy = this.#dice.pick(['Background', 'Foreground', 'Orphan'] as const);
    await this.#cluster.api.delete(resource, name, {
      namespace: this.namespace,
      propagationPolicy,
    });
  }

  async #deletePod(): Promise<void> {
    const name = await this.#anyPod();
    if (name !== undefined)
      await this.#cluster.api.delete('pods', name, { namespace: this.namespace });
  }

  async #evictPod(): Promise<void> {
    const name = await this.#anyPod();
    const { namespace } = this;
    if (name !== undefined) await this.#cluster.api.graphql.request(EVICT, { name, namespace });
  }

  async #anyPod(): Promise<string | undefined> {
    const pods = await this.#cluster.api.list<Pod>('pods', { namespace: this.namespace });
    return pods.length === 0 ? undefined : this.#dice.pick(pods).metadata.name;
  }
}
