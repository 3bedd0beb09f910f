import type { FieldSchema, FieldType, TypeSchema } from '../../src/scheme/structural-schema.ts';
import { typeSchema } from './atomic-types.ts';
import { createClassNamer, META_PREFIX, shortTypeName } from './names.ts';
import type { Model, ModelField } from './read-models.ts';
import type { Refinement, TypeRefinements } from './read-validators.ts';

/** List semantics by type and field, with OpenAPI's extension names. */
export type ListSemantics = Readonly<Record<string, Record<string, Record<string, unknown>>>>;

export interface SchemaInputs {
  readonly models: ReadonlyMap<string, Model>;
  readonly validators: ReadonlyMap<string, TypeRefinements>;
  readonly listSemantics: ListSemantics;
}

const RAW_EXTENSION = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
const FIELDS_V1 = `${META_PREFIX}FieldsV1`;

/** What the models show as `any`, by type and field: free-form objects here, any JSON elsewhere. */
const OPAQUE_FIELDS: Readonly<Record<string, string>> = {
  'AllocatedDeviceStatus.data': RAW_EXTENSION,
  'ControllerRevision.data': RAW_EXTENSION,
  'ManagedFieldsEntry.fieldsV1': FIELDS_V1,
  'OpaqueDeviceConfiguration.parameters': RAW_EXTENSION,
  'WatchEvent.object': RAW_EXTENSION,
  'CustomResourceSubresources.status': RAW_EXTENSION,
  'StorageVersion.spec': RAW_EXTENSION,
  'PodGroupSchedulingPolicy.basic': RAW_EXTENSION,
};

/**
 * Fields that are published as required although objects lack them: an Event that was written through the core group has
 * no eventTime when events.k8s.io shows it.
 */
const NOT_ALWAYS_THERE = new Set(['io.k8s.api.events.v1.Event.eventTime']);

/** Builds the schemas of everything that the roots refer to, each type once. */
export class SchemaBuilder {
  readonly schemas = new Map<string, TypeSchema>();
  readonly nameOf: (className: string, group: string) => string;
  readonly #inputs: SchemaInputs;

  constructor(inputs: SchemaInputs) {
    this.#inputs = inputs;
    this.nameOf = createClassNamer(inputs.validators.keys());
    for (const name of [RAW_EXTENSION, FIELDS_V1]) {
      this.schemas.set(name, { name, fields: {}, opaque: true });
    }
  }

  /** Adds `className`, as met in `group`, with all that it refers to; returns its full name. */
  add(className: string, group: string): string {
    const name = this.nameOf(className, group);
    if (this.schemas.has(name)) return name;
    const model = this.#inputs.models.get(className);
    if (!model) throw new Error(`${name}: no model ${className}`);
    const fields: Record<string, FieldSchema> = {};
    this.schemas.set(name, typeSchema(name, fields));
    const refinements = this.#refinementsOf(name);
    for (const field of [...model].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      fields[field.name] = this.#field(name, field, refinements.get(field.name), group);
    }
    return name;
  }

  /**
   * Alpha and beta types have no validator of their own: they take the refinements of the same type in the stable
   * version, where the two have a field in common.
   */
  #refinementsOf(name: string): TypeRefinements {
    const { validators } = this.#inputs;
    const stable = name.replace(/\.(v\d+)(alpha|beta)\d+\.(\w+)$/, '.v1.$3');
    const deviceRequest = stable.endsWith('.DeviceRequest') ? 'ExactDeviceRequest' : undefined;
    return new Map([
      // Before resource.k8s.io/v1beta2 a DeviceRequest had the fields of today's ExactDeviceRequest in it.
      ...(deviceRequest && stable !== name
        ? (validators.get(stable.replace('DeviceRequest', deviceRequest)) ?? [])
        : []),
      ...(stable.endsWith('.BasicDevice')
        ? (validators.get(stable.replace('Basic', '')) ?? [])
        : []),
      ...(validators.get(stable) ?? []),
      ...(validators.get(name) ?? []),
    ]);
  }

  #field(
    owner: string,
    field: ModelField,
    refinement: Refinement | undefined,
    group: string,
  ): FieldSchema {
    const opaque = OPAQUE_FIELDS[`${shortTypeName(owner)}.${field.name}`];
    const type: FieldType = opaque
      ? { kind: 'ref', name: opaque }
      : this.#type(field.type, field.format, refinement, group);
    const members = closedSet(refinement);
    const isTypeMeta = field.name === 'apiVersion' || field.name === 'kind';
    return {
      type,
      ...(field.required && !NOT_ALWAYS_THERE.has(`${owner}.${field.name}`)
        ? { required: true as const }
        : {}),
      ...(members && !isTypeMeta ? { enum: members } : {}),
      ...mergeSemantics(this.#inputs.listSemantics[owner]?.[field.name]),
    };
  }

  #type(
    type: string,
    format: string,
    refinement: Refinement | undefined,
    group: string,
  ): FieldType {
    const items = /^Array<(.*)>$/.exec(type)?.[1];
    if (items) return { kind: 'list', items: this.#type(items, format, refinement?.items, group) };
    const values = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
    if (values) {
      return { kind: 'map', values: this.#type(values, format, refinement?.values, group) };
    }
    return scalarType(type, format, refinement) ?? { kind: 'ref', name: this.add(type, group) };
  }
}

function scalarType(
  type: string,
  format: string,
  refinement: Refinement | undefined,
): FieldType | undefined {
  switch (type) {
    case 'string':
      if (refinement?.quantity) return { kind: 'string', format: 'quantity' };
      return format === 'byte' ? { kind: 'string', format } : { kind: 'string' };
    case 'Date':
      return { kind: 'string', format: 'date-time' };
    case 'V1MicroTime':
      return { kind: 'string', format: 'micro-time' };
    case 'number':
      if (format === 'double') return { kind: 'number' };
      return { kind: 'integer', format: format === 'int64' ? 'int64' : 'int32' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'IntOrString':
      return { kind: 'int-or-string' };
    case 'any':
      return { kind: 'any' };
    default:
      return undefined;
  }
}

/** The closed set of a field, or of its items or values. The empty string among them only says "not set". */
function closedSet(refinement: Refinement | undefined): readonly string[] | undefined {
  const members = refinement?.enum ?? refinement?.items?.enum ?? refinement?.values?.enum;
  return members?.filter((member) => member !== '');
}

function mergeSemantics(extensions: Record<string, unknown> | undefined): Partial<FieldSchema> {
  if (!extensions) return {};
  const strategy = extensions['x-kubernetes-patch-strategy'] as string | undefined;
  const listMapKeys = extensions['x-kubernetes-list-map-keys'] as readonly string[] | undefined;
  const entries = {
    patchStrategy: strategy?.split(','),
    patchMergeKey: extensions['x-kubernetes-patch-merge-key'],
    listType: extensions['x-kubernetes-list-type'],
    listMapKeys,
    mapType: extensions['x-kubernetes-map-type'],
  };
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as Partial<FieldSchema>;
}
