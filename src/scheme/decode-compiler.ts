import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { type DecodeContext, MAP_KEY, MAX_DEPTH } from './decode-context.ts';
import { type Decoder, scalarDecoder } from './decode-scalars.ts';
import type { FieldSchema, FieldType, TypeSchema } from './structural-schema.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * Turns schemas into decoders: closures that check a value and build its private copy in one pass. Each type is compiled
 * once, when it is first met.
 *
 * What Kubernetes' own decoding does is done here too: a null field is no field, a null item is a zero value, an optional
 * list or map without entries is left out, and a struct's `spec` is always there. Under `status`, where controllers
 * write, a missing required scalar is zero.
 */
export class DecoderCompiler {
  readonly #typeOf: (name: string) => TypeSchema | undefined;
  /** By type name, for types met under `status` with a `*` in front. */
  readonly #compiled = new Map<string, Decoder>();

  constructor(typeOf: (name: string) => TypeSchema | undefined) {
    this.#typeOf = typeOf;
  }

  /** The decoder of a root kind's type. */
  forKind(name: string): Decoder {
    return this.#struct(name, false);
  }

  /** Copies a custom resource: its metadata as that of any object, the rest as JSON. */
  forCustom(input: object, context: DecodeContext): unknown {
    const { metadata, ...rest } = input as Record<string, unknown>;
    const fields = decodeAny(rest, context, 0) as Record<string, unknown>;
    decodeMember(this.#struct(OBJECT_META, false), fields, 'metadata', metadata, context, 0);
    return fields;
  }

  #struct(name: string, inStatus: boolean): Decoder {
    const key = inStatus ? `*${name}` : name;
    const known = this.#compiled.get(key);
    if (known) return known;
    const schema = this.#typeOf(name);
    if (!schema) throw new Error(`the type ${name} has no schema`);
    const decoder = structDecoder(schema, this.#fieldsOf(schema, inStatus));
    this.#compiled.set(key, decoder);
    return decoder;
  }

  #fieldsOf(schema: TypeSchema, inStatus: boolean): StructFields {
    const decoders = new Map<string, Decoder>();
    const filled: [string, () => unknown][] = [];
    for (const [name, field] of Object.entries(schema.fields)) {
      const below = inStatus || (name === 'status' && 'spec' in schema.fields);
      decoders.set(name, this.#field(field, below));
      if (name === 'spec' && field.type.kind === 'ref') filled.push([name, () => ({})]);
      const hasZero = inStatus && field.required && !field.enum;
      if (hasZero && zeroOf(field.type) !== undefined)
        filled.push([name, () => zeroOf(field.type)]);
    }
    return { decoders, filled };
  }

  #field(field: FieldSchema, inStatus: boolean): Decoder {
    const decode = this.#type(field.type, inStatus);
    if (field.required) return decode;
    if (field.type.kind === 'list') {
      return (value, context, depth) => {
        return Array.isArray(value) && value.length === 0
          ? undefined
          : decode(value, context, depth);
      };
    }
    if (field.type.kind === 'map') {
      return (value, context, depth) => {
        return isPlainObject(value) && isEmpty(value) ? undefined : decode(value, context, depth);
      };
    }
    return decode;
  }

  #type(type: FieldType, inStatus: boolean): Decoder {
    switch (type.kind) {
      case 'any':
        return decodeAny;
      case 'list':
        return listDecoder(this.#type(type.items, inStatus), type.items);
      case 'map':
        return mapDecoder(this.#type(type.values, inStatus), type.values);
      case 'ref': {
        // Types refer to themselves, so the reference is followed at the first value.
        let target: Decoder | undefined;
        return (value, context, depth) => {
          target ??= this.#struct(type.name, inStatus);
          return target(value, context, depth);
        };
      }
      default:
        return scalarDecoder(type);
    }
  }
}

interface StructFields {
  readonly decoders: ReadonlyMap<string, Decoder>;
  /** Fields that are there even when left out, with their values. */
  readonly filled: readonly (readonly [string, () => unknown])[];
}

/** Deals with a member that the schema does not know. */
type UnknownMember = (
  result: Record<string, unknown>,
  key: string,
  member: unknown,
  context: DecodeContext,
  depth: number,
) => void;

function structDecoder(schema: TypeSchema, { decoders, filled }: StructFields): Decoder {
  const onUnknown: UnknownMember = schema.opaque ? copyMember : reportUnknown(decoders);
  return (value, context, depth) => {
    if (!isPlainObject(value)) return context.typeError(depth, 'an object', value);
    if (depth > MAX_DEPTH) return context.problem(depth, 'nested too deeply');
    const result: Record<string, unknown> = {};
    for (const key in value) {
      const decode = decoders.get(key);
      if (decode) decodeMember(decode, result, key, value[key], context, depth);
      else onUnknown(result, key, value[key], context, depth);
    }
    for (const [key, make] of filled) result[key] ??= make();
    return result;
  };
}

function decodeMember(
  decode: Decoder,
  result: Record<string, unknown>,
  key: string,
  member: unknown,
  context: DecodeContext,
  depth: number,
): void {
  if (member === undefined || member === null) return;
  context.path[depth] = key;
  const decoded = decode(member, context, depth + 1);
  if (decoded !== undefined) result[key] = decoded;
}

function reportUnknown(decoders: ReadonlyMap<string, Decoder>): UnknownMember {
  return (_result, key, member, context, depth) => {
    if (member === undefined) return;
    context.unknownField(depth, key, didYouMeanHint(key, decoders.keys()));
  };
}

function listDecoder(decode: Decoder, items: FieldType): Decoder {
  return (value, context, depth) => {
    if (!Array.isArray(value)) return context.typeError(depth, 'a list', value);
    if (depth > MAX_DEPTH) return context.problem(depth, 'nested too deeply');
    const result = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) {
      context.path[depth] = i;
      const item = value[i] ?? zeroOf(items) ?? null;
      result[i] = decode(item, context, depth + 1);
    }
    return result;
  };
}

function mapDecoder(decode: Decoder, values: FieldType): Decoder {
  return (value, context, depth) => {
    if (!isPlainObject(value)) return context.typeError(depth, 'a map', value);
    if (depth > MAX_DEPTH) return context.problem(depth, 'nested too deeply');
    const result: Record<string, unknown> = {};
    for (const key in value) {
      const member = value[key];
      if (member === undefined || isForbiddenKey(key, context, depth)) continue;
      context.path[depth] = MAP_KEY;
      context.path[depth + 1] = key;
      result[key] = decode(member ?? zeroOf(values) ?? null, context, depth + 2);
    }
    return result;
  };
}

/** A deep copy of any JSON value, with nulls. */
function decodeAny(value: unknown, context: DecodeContext, depth: number): unknown {
  if (typeof value !== 'object' || value === null) {
    const isJson = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return isJson ? value : context.typeError(depth, 'a JSON value', value);
  }
  if (depth > MAX_DEPTH) return context.problem(depth, 'nested too deeply');
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      context.path[depth] = index;
      return decodeAny(item, context, depth + 1);
    });
  }
  if (!isPlainObject(value)) return context.typeError(depth, 'a JSON value', value);
  const result: Record<string, unknown> = {};
  for (const key in value) copyMember(result, key, value[key], context, depth);
  return result;
}

function copyMember(
  result: Record<string, unknown>,
  key: string,
  member: unknown,
  context: DecodeContext,
  depth: number,
): void {
  if (member === undefined || isForbiddenKey(key, context, depth)) return;
  context.path[depth] = key;
  result[key] = decodeAny(member, context, depth + 1);
}

/** Assigning to this key would change the prototype of the copy instead of its content. */
function isForbiddenKey(key: string, context: DecodeContext, depth: number): boolean {
  if (key !== '__proto__') return false;
  context.problem(depth, 'the key "__proto__" is not allowed');
  return true;
}

/** What Go's decoder leaves where JSON has null; undefined where that is null itself. */
function zeroOf(type: FieldType): unknown {
  switch (type.kind) {
    case 'string':
      if (type.format === 'quantity') return '0';
      return type.format === undefined || type.format === 'byte' ? '' : undefined;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return 0;
    case 'boolean':
      return false;
    case 'list':
      return [];
    case 'map':
    case 'ref':
      return {};
    default:
      return undefined;
  }
}

/** Objects of other realms (workers, `fetch`) count too: theirs is another `Object.prototype`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}

function isEmpty(value: Record<string, unknown>): boolean {
  for (const _key in value) return false;
  return true;
}
