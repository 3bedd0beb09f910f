import { isDeepStrictEqual } from 'node:util';
import type { FieldSchema, FieldType, TypeSchema } from '../../src/scheme/structural-schema.ts';
import { typeSchema } from './atomic-types.ts';
import type { SchemaBuilder } from './build-schemas.ts';
import { LEGACY_TYPES, NOT_IN_LEGACY } from './legacy-facts.ts';
import type { LegacyVersion } from './legacy-versions.ts';
import { capitalize, groupWord, shortTypeName } from './names.ts';
import type { Model, ModelField } from './read-models.ts';

type Fields = Record<string, FieldSchema>;

/**
 * The schemas of one removed version. Its types take from their successors what old models do not tell (formats, closed
 * sets, merge keys) and the fields added since, so that nothing is lost by way of the old version; a type that then equals
 * its successor is that successor.
 */
export class LegacySchemas {
  readonly #schemas: SchemaBuilder;
  readonly #models: ReadonlyMap<string, Model>;
  readonly #legacy: LegacyVersion;
  /** What each class became: the successor's name or its own. */
  readonly #names = new Map<string, string>();
  /** `io.k8s.api.apps.v1.`, where the successors of the kind at hand are. */
  #successors = '';

  constructor(schemas: SchemaBuilder, models: ReadonlyMap<string, Model>, legacy: LegacyVersion) {
    this.#schemas = schemas;
    this.#models = models;
    this.#legacy = legacy;
  }

  /** Adds the schema of `kind`, whose successor's is `successorName`; returns the name of the one that it has. */
  addKind(kind: string, successorName: string): string {
    const { group, version } = this.#legacy;
    this.#successors = successorName.slice(0, -kind.length);
    const plain = capitalize(version) + kind;
    const prefixed = capitalize(groupWord(group)) + plain;
    return this.#add(this.#models.has(prefixed) ? prefixed : plain);
  }

  #add(className: string): string {
    const known = this.#names.get(className) ?? this.#currentName(className);
    if (known !== undefined) return known;
    const name = this.#schemas.nameOf(className, this.#legacy.group);
    const model = this.#models.get(className);
    if (!model) throw new Error(`${name}: no model ${className}`);
    const successor = this.#schemas.schemas.get(this.#successors + shortTypeName(name));
    const fields = this.#fields(name, model, successor?.fields ?? {});
    const isShared = successor && isDeepStrictEqual(fields, successor.fields);
    if (!isShared) this.#schemas.schemas.set(name, typeSchema(name, fields));
    const result = isShared ? successor.name : name;
    this.#names.set(className, result);
    return result;
  }

  /** Types of stable versions are today's: an old Deployment holds today's PodSpec. */
  #currentName(className: string): string | undefined {
    const name = this.#schemas.nameOf(className, this.#legacy.group);
    const isStable = /\.v\d+\.\w+$/.test(name);
    return isStable || this.#schemas.schemas.has(name) ? name : undefined;
  }

  #fields(name: string, model: Model, successor: TypeSchema['fields']): Fields {
    const fields: Fields = {};
    for (const field of model) {
      fields[field.name] = this.#field(name, field, successor[field.name]);
    }
    for (const [field, schema] of Object.entries(successor)) {
      if (!NOT_IN_LEGACY.has(`${placeOf(name)}.${field}`)) fields[field] ??= schema;
    }
    return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #field(owner: string, field: ModelField, successor: FieldSchema | undefined): FieldSchema {
    const { required: _required, ...same } = successor ?? ({} as FieldSchema);
    const told = LEGACY_TYPES[`${placeOf(owner)}.${field.name}`];
    const type = told ?? this.#type(field.type, successor?.type);
    if (!type) throw new Error(`${placeOf(owner)}.${field.name}: what is the type ${field.type}?`);
    const required = isRequired(field, successor);
    const isSameType = isDeepStrictEqual(type, successor?.type);
    return {
      ...(isSameType ? same : withoutValues(same)),
      type,
      ...(required ? { required: true as const } : {}),
    };
  }

  /** @param hint The successor's type: old models call quantities, formats and int-or-strings by plainer names. */
  #type(text: string, hint: FieldType | undefined): FieldType | undefined {
    const member = /^(?:Array<(.*)>|\{ \[key: string\]: (.*); \})$/.exec(text);
    if (member?.[1] !== undefined) {
      const items = this.#type(member[1], hint?.kind === 'list' ? hint.items : undefined);
      return items && { kind: 'list', items };
    }
    if (member?.[2] !== undefined) {
      const values = this.#type(member[2], hint?.kind === 'map' ? hint.values : undefined);
      return values && { kind: 'map', values };
    }
    if (/V\d/.test(text)) return { kind: 'ref', name: this.#add(text) };
    if (hint) return hint;
    return PLAIN_TYPES[text];
  }
}

/**
 * What is optional in either is optional: an old version is no stricter than what it was or became. Of a whole spec the
 * old models say nothing.
 */
function isRequired({ name, required }: ModelField, successor: FieldSchema | undefined): boolean {
  if (!successor) return required;
  return successor.required === true && (required || name === 'spec');
}

/** `apps.v1beta2.DeploymentSpec` of its full name. */
function placeOf(name: string): string {
  return name.split('.').slice(-3).join('.');
}

function withoutValues({ enum: _enum, ...rest }: FieldSchema): FieldSchema {
  return rest;
}

const PLAIN_TYPES: Readonly<Record<string, FieldType>> = {
  boolean: { kind: 'boolean' },
  number: { kind: 'integer', format: 'int32' },
  string: { kind: 'string' },
  Date: { kind: 'string', format: 'date-time' },
  IntOrString: { kind: 'int-or-string' },
};
