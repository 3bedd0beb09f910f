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
import type { Scale } from '../../scheme/generated/types/autoscaling-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import {
  type ApiObject,
  controllerOf,
  namespacedKey,
  type OwnerReference,
  parseApiVersion,
} from '../../scheme/object.ts';
import { qualifiedName, type ResourceRef } from '../../scheme/resource.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import type { FindScale, OwnerScale } from './plan.ts';

interface Workload extends ApiObject {
  spec?: { replicas?: number };
}

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
      this.#followed(owner) ? this.#scaleOf(owner, namespace) : scales.get(owner.uid);
  }

  /** The scale of a workload, or of its own owner where that is one: a Deployment answers for its ReplicaSets. */
  #scaleOf(owner: OwnerReference, namespace: string): OwnerScale | undefined {
    const workload = this.#find(owner, namespace);
    if (!workload) return undefined;
    const above = controllerOf(workload);
    const { metadata, spec } = (above && this.#find(above, namespace)) ?? workload;
    return { uid: metadata.uid ?? '', replicas: spec?.replicas ?? 1 };
  }

  async #ask(owner: OwnerReference, namespace: string): Promise<OwnerScale | undefined> {
    const ref = this.#scalable(owner);
    const { name, uid } = owner;
    const scale = await ignoreNotFound(
      this.#client.get(ref, { namespace, name, subresource: 'scale' }),
    );
    return scale?.metadata.uid === uid ? { uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
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

  /** What owners of that kind are asked for their scale by. @throws {Error} when they have none */
  #scalable({ apiVersion, kind }: OwnerReference): ResourceRef<Scale> {
    const { group, version } = parseApiVersion(apiVersion);
    const definition = this.#resources
      .served()
      .find((one) => one.group === group && one.version === version && one.kind === kind);
    if (!definition) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
    if (!definition.subresources.some(({ name }) => name === 'scale')) {
      throw new Error(`${qualifiedName(definition)} does not implement the scale subresource`);
    }
    const { namespaced, resource } = definition;
    return { group, version, resource, kind, namespaced };
  }
}
