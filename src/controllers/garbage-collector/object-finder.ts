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
  readonly #factory: InformerFactory;
  readonly #informers = new Map<string, Informer>();

  constructor(factory: InformerFactory) {
    this.#factory = factory;
  }

  /** Minds a resource from now on; its informer, unless it is minded already. */
  watch(resource: ResourceDefinition): Informer | undefined {
    const id = idOf(resource);
    if (this.#informers.has(id)) return undefined;
    const informer = this.#factory.informer(resource);
    this.#informers.set(id, informer);
    return informer;
  }

  /** The object of this very uid, as its informer has it. */
  find(resource: ResourceDefinition, { namespace, name, uid }: Place): ApiObject | undefined {
    const object = this.#informers.get(idOf(resource))?.get(namespacedKey(namespace, name));
    return object?.metadata.uid === uid ? object : undefined;
  }
}

/** A definition is another object whenever a custom resource changes; its place stays. */
function idOf({ group, version, resource }: ResourceDefinition): string {
  return `${group}/${version}/${resource}`;
}
