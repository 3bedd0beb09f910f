/**
 * StatefulSets: Pods with names, places and claims of their own, that come and go in order. Invariant: each of its actions is
 * right for a state of the cluster that held after its last one (expectations), so an ordered set has one Pod on its way.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfterFirst,
} from '../../machinery/controller.ts';
import type { EventRecorder } from '../../machinery/event-recorder.ts';
import { ControllerExpectations } from '../../machinery/expectations.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import {
  INDEX_CONTROLLER_UID,
  type Informer,
  type InformerHandler,
} from '../../machinery/informer.ts';
import type { WorkQueue } from '../../machinery/work-queue.ts';
import {
  appsStatefulSets,
  corePersistentVolumeClaims,
  corePods,
} from '../../scheme/generated/resources.ts';
import type { StatefulSet } from '../../scheme/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../scheme/generated/types/core-v1.ts';
import { type ApiObject, namespacedKey } from '../../scheme/object.ts';
import { addOrphanIndex, type Claims, claim, orphansIn, planClaims } from '../shared/claims.ts';
import { concurrently, throwFirst } from '../shared/concurrently.ts';
import { OwnerMemory } from '../shared/owner-memory.ts';
import { PodControl } from '../shared/pod-control.ts';
import { PodWatcher } from '../shared/pod-watcher.ts';
import { RevisionHistory, type Revisions } from '../shared/revision-history.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import { ordinalOf, parseMemberName, revisionOf, statefulPod, withIdentity } from './identity.ts';
import type { StatefulPlanInput } from './places.ts';
import { planStatefulPods, type StatefulPlan } from './plan.ts';
import { computeStatefulSetStatus } from './status.ts';

const LABEL_REVISION_HASH = 'controller.kubernetes.io/hash';

/** A run looks at every Pod of its set; a burst of Pod changes becomes 20 runs a second at most. */
const MIN_INTERVAL_MS = 50;
const TEND_CONCURRENCY = 50;

export function createStatefulSetController(): Controller {
  return {
    name: 'statefulset',
    concurrency: 16,
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new StatefulSetReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

class StatefulSetReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #memory: OwnerMemory;
  readonly #podControl: PodControl;
  readonly #claimKeeper: ClaimKeeper;
  readonly #history: RevisionHistory<StatefulSet>;

  constructor(context: ControllerContext) {
    const { informers, queue, clock, client } = context;
    this.#context = context;
    const events = context.events.withSource('statefulset-controller');
    this.#events = events;
    this.#sets = informers.informer(appsStatefulSets);
    this.#pods = informers.informer(corePods);
    const claims = informers.informer(corePersistentVolumeClaims);
    const expectations = new ControllerExpectations(clock);
    const claimKeeper = new ClaimKeeper({ client, events, claims });
    this.#claimKeeper = claimKeeper;
    this.#podControl = new PodControl({
      client,
      events,
      expectations,
      words: {
        done: (verb, pod, owner) => `${inSet(verb, pod, owner)} successful`,
        failed: (verb, pod, owner, { message }) =>
          `${inSet(verb, pod, owner)} failed error: ${message}`,
      },
      prepare: (owner, { metadata: { name } }) =>
        claimKeeper.makeMissing(owner as StatefulSet, parseMemberName(name)?.ordinal ?? 0),
    });
    this.#memory = new OwnerMemory({ expectations, queue, kept: [this.#podControl] });
    this.#history = new RevisionHistory({
      client,
      informers,
      ref: appsStatefulSets,
      hashLabel: LABEL_REVISION_HASH,
    });
    addControllerUidIndex(this.#pods);
    addOrphanIndex(this.#pods);
    const watcher = new PodWatcher({
      owners: this.#sets,
      kind: 'StatefulSet',
      queue,
      expectations,
      selectorOf: ({ spec }) => spec?.selector,
    });
    this.#sets.addHandler(watcher.ownerHandler);
    this.#pods.addHandler(watcher.podHandler);
    claims.addHandler(claimHandler(queue));
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const set = this.#sets.get(key);
    // One picture of one moment: what is read after a wait would not go with what was read before.
    const isObserved = this.#memory.recall(key, set);
    if (!set) return done;
    const claims = this.#planClaims(set);
    const revisions = await this.#history.of(set);
    const input = await this.#lookAt(set, claims, revisions);
    // One that is being deleted still tells how it is.
    const isManaged = isObserved && !set.metadata.deletionTimestamp;
    const failure = isManaged ? await this.#manage(input) : undefined;
    const nextInMs = await this.#writeStatus(input, {
      collisionCount: revisions.collisionCount,
      isObserved,
    });
    if (failure) throw failure;
    const live = new Set([input.current.metadata.name, ...input.pods.map(revisionOf)]);
    await this.#history.truncate(set, revisions, ({ metadata }) => live.has(metadata.name));
    return requeueAfterFirst(nextInMs);
  }

  #planClaims(set: StatefulSet): Claims<Pod> {
    const { uid = '', namespace = '' } = set.metadata;
    return planClaims({
      controller: set,
      selector: set.spec?.selector,
      isMember: (pod) => ordinalOf(set, pod) !== undefined,
      owned: this.#pods.byIndex(INDEX_CONTROLLER_UID, uid),
      orphans: orphansIn(this.#pods, namespace),
    });
  }

  async #lookAt(
    set: StatefulSet,
    claims: Claims<Pod>,
    { all, update }: Revisions,
  ): Promise<StatefulPlanInput> {
    const { client, clock } = this.#context;
    const claimer = { client, ownerRef: appsStatefulSets, childRef: corePods };
    const pods = await claim(claimer, set, claims);
    const named = all.find(({ metadata }) => metadata.name === set.status?.currentRevision);
    return { set, update, current: named ?? update, pods, nowMs: clock.now() };
  }

  /** Resolves with what went wrong, for the status to tell of the rest before it is thrown. */
  async #manage(input: StatefulPlanInput): Promise<Error | undefined> {
    const { set } = input;
    const plan = planStatefulPods(input);
    const create = plan.create.filter(({ ordinal }) => !this.#claimKeeper.hasStale(set, ordinal));
    const pods = create.map(({ ordinal, revision }) => statefulPod(set, ordinal, revision));
    try {
      await this.#tend(set, plan);
      await this.#podControl.carryOut(set, {
        create: pods.length,
        podAt: (index) => pods[index] as (typeof pods)[number],
        remove: plan.remove,
      });
      return undefined;
    } catch (thrown) {
      return toError(thrown);
    }
  }

  async #tend(set: StatefulSet, { tend, pending }: StatefulPlan): Promise<void> {
    throwFirst(
      await concurrently(pending, TEND_CONCURRENCY, (pod) =>
        this.#claimKeeper.makeMissing(set, ordinalOf(set, pod) ?? 0),
      ),
    );
    throwFirst(
      await concurrently(tend, TEND_CONCURRENCY, async (pod) => {
        await this.#claimKeeper.keepOwners(set, pod);
        await this.#keepIdentity(set, pod);
      }),
    );
  }

  async #keepIdentity(set: StatefulSet, pod: Pod): Promise<void> {
    const kept = withIdentity(set, ordinalOf(set, pod) ?? 0, pod);
    if (kept === pod) return;
    const what = inSet('update', pod.metadata.name ?? '', set);
    try {
      await this.#context.client.update(corePods, kept);
      const message = `${what} successful`;
      this.#events.record(set, { type: 'Normal', reason: 'SuccessfulUpdate', message });
    } catch (thrown) {
      const message = `${what} failed error: ${toError(thrown).message}`;
      this.#events.record(set, { type: 'Warning', reason: 'FailedUpdate', message });
      throw thrown;
    }
  }

  async #writeStatus(
    input: StatefulPlanInput,
    more: { collisionCount: number | undefined; isObserved: boolean },
  ): Promise<number | undefined> {
    const { set } = input;
    const { status, nextAvailableInMs } = computeStatefulSetStatus({ ...input, ...more });
    if (!deepEqual(set.status, status)) {
      const { client } = this.#context;
      await client.update(appsStatefulSets, { ...set, status }, { subresource: 'status' });
    }
    return nextAvailableInMs;
  }
}

function inSet(verb: string, pod: string, { metadata }: ApiObject): string {
  return `${verb} Pod ${pod} in StatefulSet ${metadata.name}`;
}

/** A claim that went with an earlier Pod holds up the next Pod of its place until it is gone. */
function claimHandler(queue: WorkQueue): InformerHandler<PersistentVolumeClaim> {
  return {
    onDelete: ({ metadata: { namespace, ownerReferences = [] } }) => {
      for (const { kind, name } of ownerReferences) {
        const member = kind === 'Pod' ? parseMemberName(name) : undefined;
        if (member) queue.add(namespacedKey(namespace, member.parent));
      }
    },
  };
}
