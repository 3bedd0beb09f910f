/** The workloads that answer for the number of Pods. */
import type { ControllerContext } from '../../machinery/controller.ts';
import { addControllerUidIndex } from '../../machinery/indexes.ts';
import { INDEX_CONTROLLER_UID, type Informer } from '../../machinery/informer.ts';
import {
  appsDeployments,
  appsReplicaSets,
  appsStatefulSets,
  coreReplicationControllers,
} from '../../scheme/generated/resources.ts';
import {
  type ApiObject,
  controllerOf,
  namespacedKey,
  type OwnerReference,
  parseApiVersion,
} from '../../scheme/object.ts';
import { qualifiedName } from '../../scheme/resource.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import type { OwnerScale } from './plan.ts';

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
  readonly #resources: ResourceSource;
  /** By `group/Kind`. */
  readonly #workloads: ReadonlyMap<string, Informer<Workload>>;

  constructor({ informers }: ControllerContext, resources: ResourceSource) {
    this.#resources = resources;
    this.#workloads = new Map(
      WORKLOADS.map((ref) => [`${ref.group}/${ref.kind}`, informers.informer<Workload>(ref)]),
    );
    for (const informer of this.#workloads.values()) addControllerUidIndex(informer);
  }

  /**
   * The scale of an owner, or of the owner's own owner where that is a workload: a Deployment answers for its ReplicaSets.
   * Undefined when it is gone. @throws {Error} when owners of its kind have no scale
   */
  scaleOf(owner: OwnerReference, namespace: string): OwnerScale | undefined {
    const workload = this.#find(owner, namespace);
    if (!workload) {
      this.#assertScalable(owner);
      return undefined;
    }
    const above = controllerOf(workload);
    const { metadata, spec } = (above && this.#find(above, namespace)) ?? workload;
    return { uid: metadata.uid ?? '', replicas: spec?.replicas ?? 1 };
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

  #find({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Workload | undefined {
    const { group } = parseApiVersion(apiVersion);
    const found = this.#workloads.get(`${group}/${kind}`)?.get(namespacedKey(namespace, name));
    return found?.metadata.uid === uid ? found : undefined;
  }

  #assertScalable({ apiVersion, kind }: OwnerReference): void {
    const { group, version } = parseApiVersion(apiVersion);
    if (this.#workloads.has(`${group}/${kind}`)) return;
    const definition = this.#resources
      .served()
      .find((one) => one.group === group && one.kind === kind);
    if (!definition)
      throw new Error(
        `no matches for kind "${kind}" in version "${group ? `${group}/` : ''}${version}"`,
      );
    if (definition.subresources.some(({ name }) => name === 'scale')) return;
    throw new Error(`${qualifiedName(definition)} does not implement the scale subresource`);
  }
}
