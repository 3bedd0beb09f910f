import type { OwnerReference } from '../../scheme/object.ts';
import { parseApiVersion } from '../../scheme/object.ts';
import {
  type GroupResource,
  qualifiedName,
  type ResourceDefinition,
} from '../../scheme/resource.ts';

const NEEDED_VERBS = ['get', 'list', 'watch', 'delete'] as const;

/** The resources that the garbage collector minds, each in one version: the stored one, where it is served. */
export class ResourceMap {
  readonly #byName = new Map<string, ResourceDefinition>();
  readonly #byKind = new Map<string, ResourceDefinition>();

  constructor(served: readonly ResourceDefinition[]) {
    for (const definition of served) {
      const isMinded =
        NEEDED_VERBS.every((verb) => definition.verbs.includes(verb)) &&
        // Events own nothing, are owned by nothing, and are by far the most.
        definition.resource !== 'events';
      if (!isMinded) continue;
      const known = this.#byName.get(qualifiedName(definition));
      if (known && definition.version !== definition.storageVersion) continue;
      this.#byName.set(qualifiedName(definition), definition);
      this.#byKind.set(`${definition.group}/${definition.kind}`, definition);
    }
  }

  all(): Iterable<ResourceDefinition> {
    return this.#byName.values();
  }

  get(resource: GroupResource): ResourceDefinition | undefined {
    return this.#byName.get(qualifiedName(resource));
  }

  /** The resource of an owner, whatever the version that the reference was written in. */
  ofReference({ apiVersion, kind }: OwnerReference): ResourceDefinition | undefined {
    return this.#byKind.get(`${parseApiVersion(apiVersion).group}/${kind}`);
  }
}
