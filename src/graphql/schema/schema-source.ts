import { createDescriptions, type Descriptions } from '../../scheme/descriptions/descriptions.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { TypeSchema } from '../../scheme/structural-schema.ts';
import { spellableKinds } from './spellable-kinds.ts';

/** What the types of the schema are made from: what is served, what it looks like and how it is called. */
export interface SchemaSource extends Descriptions {
  /** The served resources in every served version, as far as GraphQL can spell them side by side. */
  readonly resources: readonly ResourceDefinition[];
  type(name: string): TypeSchema | undefined;
}

export function createSchemaSource(scheme: Scheme): SchemaSource {
  return {
    resources: spellableKinds(scheme.served()),
    type: (name) => scheme.type(name),
    ...createDescriptions(scheme),
  };
}
