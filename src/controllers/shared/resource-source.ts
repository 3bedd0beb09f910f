import type { ResourceDefinition } from '../../scheme/resource.ts';

/** Every resource that is served, as definitions of custom resources come and go: what a scheme tells of itself. */
export interface ResourceSource {
  served(): readonly ResourceDefinition[];
  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void;
}
