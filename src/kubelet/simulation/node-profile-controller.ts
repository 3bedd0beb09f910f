import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isConditionTrue } from '../../scheme/conditions.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNodes } from '../../scheme/generated/resources.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { simulationNodeProfiles } from '../../scheme/groups/simulation/definitions.ts';
import type { NodeProfile, NodeProfileStatus } from '../../scheme/groups/simulation/types.ts';
import { inChunks } from '../chunks.ts';
import { acceptedStatus } from './accepted-status.ts';
import { LABEL_PROFILE, planNodes } from './profile-nodes.ts';
import { ignoreLostRace } from './stage-controller.ts';

const INDEX_PROFILE = 'simulationProfile';
/** Written at once, so that they share commits. */
const CHUNK = 256;
/** The status is written this often at most while nodes come by the hundred. */
const MIN_INTERVAL_MS = 250;

/** Keeps as many nodes of each profile as it says. Its keys are names of profiles. */
export function createNodeProfileController(): Controller {
  return {
    name: 'simulation-node-profiles',
    concurrency: 2,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp: (context) => {
      const keeper = new ProfileKeeper(context);
      return (name) => keeper.keep(name);
    },
  };
}

class ProfileKeeper {
  readonly #context: ControllerContext;
  readonly #profiles: Informer<NodeProfile>;
  readonly #nodes: Informer<Node>;

  constructor(context: ControllerContext) {
    const { informers, queue } = context;
    this.#context = context;
    this.#profiles = informers.informer(simulationNodeProfiles);
    this.#nodes = informers.informer(coreNodes);
    this.#nodes.addIndex(INDEX_PROFILE, (node) => profileOf(node));
    this.#profiles.addHandler({
      onAdd: ({ metadata }) => queue.add(metadata.name ?? ''),
      onUpdate: (_, { metadata }) => queue.add(metadata.name ?? ''),
    });
    const enqueue = (node: Node): void => {
      for (const name of profileOf(node)) queue.add(name);
    };
    this.#nodes.addHandler({
      onAdd: enqueue,
      onUpdate: (previous, node) => {
        if (isReady(previous) !== isReady(node)) enqueue(node);
      },
      onDelete: enqueue,
    });
  }

  async keep(name: string): Promise<ReconcileResult> {
    const profile = this.#profiles.get(name);
    if (!profile || profile.metadata.deletionTimestamp !== undefined) return done;
    const nodes = this.#nodes.byIndex(INDEX_PROFILE, name);
    const { create, remove } = planNodes(profile, nodes);
    const { client } = this.#context;
    await inChunks(create, CHUNK, async (node) => {
      // One of this name that is not of the profile is somebody else's, and stays so.
      await client.create(coreNodes, node).catch(ignoreExisting);
    });
    await inChunks(remove, CHUNK, async ({ metadata }) => {
      await client.delete(coreNodes, { name: metadata.name ?? '' }).catch(ignoreLostRace);
    });
    await this.#report(profile, nodes);
    return done;
  }

  async #report(profile: NodeProfile, nodes: readonly Node[]): Promise<void> {
    const { client, clock } = this.#context;
    const status: NodeProfileStatus = {
      ...acceptedStatus(profile, undefined, clock.now()),
      replicas: nodes.length,
      readyReplicas: nodes.filter(isReady).length,
    };
    if (deepEqual(status, profile.status)) return;
    await client
      .update(simulationNodeProfiles, { ...profile, status }, { subresource: 'status' })
      .catch(ignoreLostRace);
  }
}

function profileOf({ metadata }: Node): string[] {
  const name = metadata.labels?.[LABEL_PROFILE];
  return name === undefined ? [] : [name];
}

function isReady({ status }: Node): boolean {
  return isConditionTrue(status?.conditions, 'Ready');
}

function ignoreExisting(thrown: unknown): void {
  if (!isApiError(thrown, 'AlreadyExists')) throw thrown;
}
