/** The workloads that answer for the number of Pods. */
import type { ApiClient } from '../../apiserver/client.ts';
import type { ControllerContext } from '../../machinery/controller.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import {
  appsDeployments,
  appsReplicaSets,
  appsStatefulSets,
  coreReplicationControllers,
} from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  controllerOf,
  namespacedKey,
  type OwnerReference,
  parseApiVersion,
} from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import type { FindScale, OwnerScale } from './plan.ts';
import { scalableResource, scaleOfAnswer, scaleOfWorkload, type Workload } from './scales.ts';

const WORKLOADS = [
  coreReplicationControllers,
  appsDeployments,
  appsReplicaSets,
  appsStatefulSets,
] as const;

export class Owners {
  readonly #client: ApiClient;
  readonly #resources: ResourceSource;
  /** By `group/Kind`. */
  readonly #workloads: ReadonlyMap<string, Informer<Workload>>;

  constructor({ client, informers }: ControllerContext, resources: ResourceSource) {
    this.#client = client;
    this.#resources = resources;
    this.#workloads = new Map(
      WORKLOADS.map((ref) => [`${ref.group}/${ref.kind}`, informers.informer<Workload>(ref)]),
    );
    for (const informer of this.#workloads.values()) addControllerUidIndex(informer);
  }

  /**
   * The scales of the Pods' owners. Workloads are followed; those of other kinds are asked for their scale subresource now.
   * @throws {Error} when owners of a kind have no scale
   */
  async scalesOf(pods: readonly Pod[]): Promise<FindScale> {
    const asked = new Map<string, Promise<OwnerScale | undefined>>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (!owner || asked.has(owner.uid) || this.#followed(owner)) continue;
      asked.set(owner.uid, this.#ask(owner, pod.metadata.namespace ?? ''));
    }
    const answers = [...asked].map(async ([uid, scale]) => [uid, await scale] as const);
    const scales = new Map(await Promise.all(answers));
    return (owner, namespace) =>
      this.#followed(owner)
        ? scaleOfWorkload(owner, (one) => this.#find(one, namespace))
        : scales.get(owner.uid);
  }

  async #ask(owner: OwnerReference, namespace: string): Promise<OwnerScale | undefined> {
    const ref = scalableResource(owner, this.#resources.served());
    const place = { namespace, name: owner.name, subresource: 'scale' };
    return scaleOfAnswer(owner, await ignoreNotFound(this.#client.get(ref, place)));
  }

  /** Calls back with the uid of each owner of Pods whose number of replicas has changed. */
  onRescaled(changed: (uid: string) => void): void {
    for (const informer of this.#workloads.values()) {
      informer.addHandler({
        onUpdate: (previous, { metadata: { uid = '' }, spec }) => {
          if (previous.spec?.replicas === spec?.replicas) return;
          changed(uid);
          for (const one of this.#workloads.values()) {
            const owned = one.byIndex(INDEX_CONTROLLER_UID, uid);
            for (const { metadata } of owned) changed(metadata.uid ?? '');
          }
        },
      });
    }
  }

  #followed({ apiVersion, kind }: OwnerReference): Informer<Workload> | undefined {
    return this.#workloads.get(`${parseApiVersion(apiVersion).group}/${kind}`);
  }

  #find(owner: OwnerReference, namespace: string): Workload | undefined {
    const found = this.#followed(owner)?.get(namespacedKey(namespace, owner.name));
    return found?.metadata.uid === owner.uid ? found : undefined;
  }
}
