import type { Informer, InformerFactory } from '../../machinery/informer.ts';
import { type ApiObject, namespacedKey } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';

export interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The informers of every resource that is minded, asked once and kept: a large deletion asks hundreds of thousands of times. */
export class ObjectFinder {
  readonly #informers = new Map<ResourceDefinition, Informer>();

  constructor(resources: Iterable<ResourceDefinition>, informers: InformerFactory) {
    for (const resource of resources) {
      this.#informers.set(resource, informers.informer(resource));
    }
  }

  informers(): Iterable<[ResourceDefinition, Informer]> {
    return this.#informers;
  }

  /** The object of this very uid, as its informer has it. */
  find(resource: ResourceDefinition, { namespace, name, uid }: Place): ApiObject | undefined {
    const object = this.#informers.get(resource)?.get(namespacedKey(namespace, name));
    return object?.metadata.uid === uid ? object : undefined;
  }
}
