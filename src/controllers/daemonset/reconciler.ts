/**
 * DaemonSets: one Pod on each node that they choose, made for that node and bound to it by the scheduler. Invariant: it never
 * creates or deletes on a picture that its own last writes have made stale (expectations).
 */
import { deepEqual } from '../../lib/deep-equal.ts';
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
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import { appsDaemonSets, coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { ControllerRevision, DaemonSet } from '../../scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { LABEL_CONTROLLER_REVISION_HASH } from '../../scheme/groups/apps/controller-revisions.ts';
import { isEmptySelector } from '../../scheme/label-selector.ts';
import { addOrphanIndex, type Claims, claim, orphansIn, planClaims } from '../shared/claims.ts';
import { OwnerMemory } from '../shared/owner-memory.ts';
import { PodControl } from '../shared/pod-control.ts';
import { PodWatcher } from '../shared/pod-watcher.ts';
import { RevisionHistory } from '../shared/revision-history.ts';
import { daemonPod, podsByNode } from './daemon-pods.ts';
import { targetNodeName } from './eligibility.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';
import { isRollingUpdate } from './limits.ts';
import { NodeWatcher } from './node-watcher.ts';
import { type DaemonPlan, planDaemonPods } from './plan.ts';
import { planRollingUpdate, type RollingUpdateInput } from './rolling-update.ts';
import { computeDaemonSetStatus } from './status.ts';

const REASON_SELECTING_ALL = 'SelectingAll';

/** A run looks at every node; a burst of changes becomes 10 runs a second at most. */
const MIN_INTERVAL_MS = 100;
/** How many Pods one run creates or deletes at most: Kubernetes' number. Between two, the status is written. */
const BURST_REPLICAS = 250;

export function createDaemonSetController(): Controller {
  return {
    name: 'daemonset',
    serviceAccount: 'daemon-set-controller',
    minIntervalMs: MIN_INTERVAL_MS,
    setUp(context) {
      const reconciler = new DaemonSetReconciler(context);
      return (key) => reconciler.reconcile(key);
    },
  };
}

/** What a run looks at. */
interface Picture extends RollingUpdateInput {
  readonly owned: readonly Pod[];
}

class DaemonSetReconciler {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;
  readonly #daemonSets: Informer<DaemonSet>;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #nodeWatcher: NodeWatcher;
  readonly #memory: OwnerMemory;
  readonly #podControl: PodControl;
  readonly #history: RevisionHistory<DaemonSet>;
  readonly #backoff: FailedPodBackoff;

  constructor(context: ControllerContext) {
    const { informers, queue, clock, client } = context;
    this.#context = context;
    this.#events = context.events.withSource('daemonset-controller');
    this.#daemonSets = informers.informer(appsDaemonSets);
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    const expectations = new ControllerExpectations(clock);
    this.#backoff = new FailedPodBackoff(clock);
    this.#podControl = new PodControl({ client, events: this.#events, expectations });
    this.#memory = new OwnerMemory({
      expectations,
      queue,
      kept: [this.#podControl, this.#backoff],
    });
    this.#history = new RevisionHistory({
      client,
      informers,
      ref: appsDaemonSets,
      hashLabel: LABEL_CONTROLLER_REVISION_HASH,
    });
    addControllerUidIndex(this.#pods);
    addOrphanIndex(this.#pods);
    const podWatcher = new PodWatcher({
      owners: this.#daemonSets,
      kind: 'DaemonSet',
      queue,
      expectations,
      selectorOf: ({ spec }) => spec?.selector,
    });
    this.#nodeWatcher = new NodeWatcher(this.#daemonSets, queue);
    this.#daemonSets.addHandler(podWatcher.ownerHandler);
    this.#pods.addHandler(podWatcher.podHandler);
    this.#nodes.addHandler(this.#nodeWatcher.nodeHandler);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const daemonSet = this.#daemonSets.get(key);
    // One picture of one moment: what is read after a wait would not go with what was read before.
    const isObserved = this.#memory.recall(key, daemonSet);
    if (!daemonSet?.spec) return done;
    if (isEmptySelector(daemonSet.spec.selector)) return this.#refuseToSelectAll(daemonSet);
    if (daemonSet.metadata.deletionTimestamp) return done;
    return this.#sync(daemonSet, isObserved);
  }

  async #sync(daemonSet: DaemonSet, isObserved: boolean): Promise<ReconcileResult> {
    const claims = this.#planClaims(daemonSet);
    const nodes = [...this.#nodes.list()];
    const revisions = await this.#history.of(daemonSet);
    const { client, clock } = this.#context;
    const claimer = { client, ownerRef: appsDaemonSets, childRef: corePods };
    const owned = await claim(claimer, daemonSet, claims);
    const picture: Picture = {
      daemonSet,
      nodes,
      judge: this.#nodeWatcher.judgeOf(daemonSet),
      owned,
      pods: podsByNode(owned),
      hash: hashOf(revisions.update) ?? '',
      nowMs: clock.now(),
    };
    const { retryInMs, failure } = isObserved ? await this.#manage(picture) : NOTHING_DONE;
    if (isObserved && !failure) {
      const live = new Set(picture.owned.map(hashOf));
      await this.#history.truncate(daemonSet, revisions, (revision) => live.has(hashOf(revision)));
    }
    const { collisionCount } = revisions;
    const nextAvailableInMs = await this.#writeStatus(picture, { collisionCount, isObserved });
    if (failure) throw failure;
    return requeueAfterFirst(retryInMs, nextAvailableInMs);
  }

  #refuseToSelectAll(daemonSet: DaemonSet): ReconcileResult {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
    this.#events.record(daemonSet, { type: 'Warning', reason: REASON_SELECTING_ALL, message });
    return done;
  }

  #planClaims(daemonSet: DaemonSet): Claims<Pod> {
    const { uid = '', namespace = '' } = daemonSet.metadata;
    return planClaims({
      controller: daemonSet,
      selector: daemonSet.spec?.selector,
      owned: this.#pods.byIndex(INDEX_CONTROLLER_UID, uid),
      orphans: orphansIn(this.#pods, namespace),
    });
  }

  /** Creates and deletes Pods; the rollout goes on when nothing else is to be done. */
  async #manage(picture: Picture): Promise<ManageOutcome> {
    const { daemonSet } = picture;
    const failedPodDelayMs = (nodeName: string): number =>
      this.#backoff.delayMs(daemonSet, nodeName);
    const plan = planDaemonPods({ ...picture, failedPodDelayMs });
    for (const note of plan.notes) this.#events.record(daemonSet, note);
    this.#countFailed(daemonSet, plan);
    const isIdle = plan.create.length === 0 && plan.remove.length === 0;
    const steps = isIdle && isRollingUpdate(daemonSet) ? planRollingUpdate(picture) : plan;
    const nodeNames = steps.create.slice(0, BURST_REPLICAS);
    try {
      await this.#podControl.carryOut(daemonSet, {
        create: nodeNames.length,
        podAt: (index) => daemonPod(daemonSet, nodeNames[index] ?? '', picture.hash),
        remove: steps.remove.slice(0, BURST_REPLICAS),
      });
      return { retryInMs: plan.retryInMs, failure: undefined };
    } catch (thrown) {
      return { retryInMs: undefined, failure: thrown };
    }
  }

  #countFailed(daemonSet: DaemonSet, { remove }: DaemonPlan): void {
    for (const { status, spec } of remove) {
      if (status?.phase === 'Failed') this.#backoff.count(daemonSet, targetNodeName(spec) ?? '');
    }
  }

  async #writeStatus(
    picture: Picture,
    input: { collisionCount: number | undefined; isObserved: boolean },
  ): Promise<number | undefined> {
    const { daemonSet } = picture;
    const { status, nextAvailableInMs } = computeDaemonSetStatus({ ...picture, ...input });
    if (!deepEqual(daemonSet.status, status)) {
      const { client } = this.#context;
      await client.update(appsDaemonSets, { ...daemonSet, status }, { subresource: 'status' });
    }
    return nextAvailableInMs;
  }
}

interface ManageOutcome {
  readonly retryInMs: number | undefined;
  /** What went wrong, to be thrown once the status tells of the rest. */
  readonly failure: unknown;
}

const NOTHING_DONE: ManageOutcome = { retryInMs: undefined, failure: undefined };

/** The hash by which a revision and its Pods name each other. */
function hashOf({ metadata }: ControllerRevision | Pod): string | undefined {
  return metadata.labels?.[LABEL_CONTROLLER_REVISION_HASH];
}
