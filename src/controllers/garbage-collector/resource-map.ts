import type { OwnerReference } from '../../scheme/object.ts';
import { parseApiVersion } from '../../scheme/object.ts';
import {
  eachStoredOnce,
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
  storedResource,
} from '../../scheme/resource.ts';

const NEEDED_VERBS = ['get', 'list', 'watch', 'delete'] as const;

/** The resources that the garbage collector minds, each in one version: the stored one, where it is served. */
export class ResourceMap {
  readonly #byName = new Map<string, ResourceDefinition>();
  readonly #byKind = new Map<string, ResourceDefinition>();

  /** Takes the place of all that was here. */
  replace(served: readonly ResourceDefinition[]): void {
    this.#byName.clear();
    this.#byKind.clear();
    const minded = served.filter(isMinded);
    // The stored version needs no conversion.
    const stored = minded.filter(isStorage);
    for (const definition of eachStoredOnce([...stored, ...minded])) {
      this.#byName.set(qualifiedName(storedResource(definition)), definition);
    }
    for (const definition of minded) {
      const held = this.#byName.get(qualifiedName(storedResource(definition)));
      if (held) this.#byKind.set(`${definition.group}/${definition.kind}`, held);
    }
  }

  all(): Iterable<ResourceDefinition> {
    return this.#byName.values();
  }

  get(resource: GroupResource): ResourceDefinition | undefined {
    return this.#byName.get(qualifiedName(resource));
  }

  /** The resource of an owner, whatever the group and version that the reference was written in. */
  ofReference({ apiVersion, kind }: OwnerReference): ResourceDefinition | undefined {
    return this.#byKind.get(`${parseApiVersion(apiVersion).group}/${kind}`);
  }
}

function isMinded({ verbs, resource }: ResourceDefinition): boolean {
  // Events own nothing, are owned by nothing, and are by far the most.
  return NEEDED_VERBS.every((verb) => verbs.includes(verb)) && resource !== 'events';
}

function isStorage({ version, storageVersion, storedAs }: ResourceDefinition): boolean {
  return !storedAs && version === storageVersion;
}
