import type { ApiClient } from '../../apiserver/client.ts';
import type { Scale } from '../../scheme/generated/types/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler } from '../../scheme/generated/types/autoscaling-v2.ts';
import type { ResourceRef } from '../../scheme/resource.ts';
import type { ResourceSource } from '../shared/resource-source.ts';
import { targetResource } from './target-kinds.ts';

/** What an autoscaler scales. */
export interface ScaleTarget {
  readonly ref: ResourceRef;
  readonly scale: Scale;
}

/** The scales of whatever has one, built-in or custom. */
export class ScaleTargets {
  readonly #client: ApiClient;
  readonly #resources: ResourceSource;

  constructor(client: ApiClient, resources: ResourceSource) {
    this.#client = client;
    this.#resources = resources;
  }

  /** @throws where there is no such kind, it has no scale, or there is no such object */
  async find({ metadata, spec }: HorizontalPodAutoscaler): Promise<ScaleTarget> {
    const ref = targetResource(spec.scaleTargetRef, this.#resources.served());
    const place = { namespace: metadata.namespace, name: spec.scaleTargetRef.name };
    const scale = await this.#client.get(ref, { ...place, subresource: 'scale' });
    return { ref, scale: scale as unknown as Scale };
  }

  /** A compare-and-swap: who scaled the target meanwhile is not overruled. */
  async scale({ ref, scale }: ScaleTarget, replicas: number): Promise<void> {
    const next = { ...scale, spec: { ...scale.spec, replicas } };
    await this.#client.update(ref, next, { subresource: 'scale' });
  }
}
