import { invariant } from '../../lib/errors.ts';
import { createDescriptions, type Descriptions } from '../../scheme/descriptions/descriptions.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { toCustomSchema } from './custom-schema.ts';
import { createKindIndex, type KindIndex } from './kind-index.ts';
import {
  besides,
  type Dialect,
  type PublishedSchema,
  publishedName,
  referenceTo,
} from './published-schema.ts';
import { type TypeSchemaContext, toTypeSchema } from './type-schema.ts';
import { LIST_META, wellKnownSchema } from './well-known-types.ts';

/** Schemas by their published names. */
export type PublishedSchemas = Readonly<Record<string, PublishedSchema>>;

/** A schema, and the types that it refers to. */
interface Made {
  readonly schema: PublishedSchema;
  readonly references: ReadonlySet<string>;
}

/** Makes the schemas of a scheme, each once: a type never changes, a custom kind that does is another type. */
export class SchemaPublisher {
  readonly #scheme: Scheme;
  readonly #descriptions: Descriptions;
  readonly #made = { v2: new WeakMap<object, Made>(), v3: new WeakMap<object, Made>() };
  #kinds: KindIndex;
  #revision: number;

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
    this.#descriptions = createDescriptions(scheme);
    this.#kinds = createKindIndex(scheme);
    this.#revision = scheme.revision;
  }

  /** The schemas of `typeNames` and of all types that they refer to, by name. */
  publish(dialect: Dialect, typeNames: Iterable<string>): PublishedSchemas {
    if (this.#revision !== this.#scheme.revision) {
      this.#kinds = createKindIndex(this.#scheme);
      this.#revision = this.#scheme.revision;
    }
    const wanted = new Set(typeNames);
    const schemas: [string, PublishedSchema][] = [];
    // What is added on the way is visited as well.
    for (const name of wanted) {
      const { references, schema } = this.#find(dialect, name);
      schemas.push([publishedName(name), schema]);
      for (const reference of references) wanted.add(reference);
    }
    return Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #find(dialect: Dialect, name: string): Made {
    const type = this.#scheme.type(name);
    const known = type && this.#made[dialect].get(type);
    if (known) return known;
    const made = this.#make(dialect, name);
    if (type) this.#made[dialect].set(type, made);
    return made;
  }

  #make(dialect: Dialect, name: string): Made {
    const references = new Set<string>();
    const schema = this.#structureOf(name, {
      dialect,
      descriptions: this.#descriptions,
      refer: (typeName) => {
        references.add(typeName);
        return { $ref: referenceTo(dialect, typeName) };
      },
    });
    const kinds = this.#kinds.kindsOf(name);
    const isKind = kinds.length > 0;
    return {
      schema: isKind ? { ...schema, 'x-kubernetes-group-version-kind': kinds } : schema,
      references,
    };
  }

  #structureOf(name: string, context: TypeSchemaContext): PublishedSchema {
    const wellKnown = wellKnownSchema(name, context.dialect);
    if (wellKnown) return wellKnown;
    const listed = this.#kinds.listedBy(name);
    if (listed) return toListSchema(listed, context);
    const type = this.#scheme.type(name);
    invariant(type, `${name} is no type`);
    return type.declared
      ? toCustomSchema(name, type.declared, context)
      : toTypeSchema(type, context);
  }
}

/** The schema of lists of a custom resource. */
function toListSchema(
  { kind, schemaName }: ResourceDefinition,
  { dialect, refer }: TypeSchemaContext,
): PublishedSchema {
  return {
    description: `A list of ${kind} objects, with the resourceVersion that it was read at.`,
    type: 'object',
    properties: {
      apiVersion: { type: 'string', description: 'The group and version of this list.' },
      kind: { type: 'string', description: 'The kind of this list.' },
      metadata: besides(dialect, refer(LIST_META), {
        description: 'The resourceVersion of the list, and how to go on with it.',
      }),
      items: { type: 'array', items: refer(schemaName), description: 'The objects.' },
    },
    required: ['items'],
  };
}
