/**
 * From what a client sent to an object that the rest of the house can trust: the kind is found, the structure is checked
 * against its schema, and the object is copied in canonical form. Values alone are judged later, by defaulting and
 * validation.
 */
import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { DecoderCompiler, isPlainObject } from './decode-compiler.ts';
import { DecodeContext } from './decode-context.ts';
import { StructureCompiler } from './decode-structure.ts';
import { ApiError, badRequest } from './errors.ts';
import type { FieldError } from './field-error.ts';
import { type ApiObject, parseApiVersion, toApiVersion } from './object.ts';
import type { KindDefinition, ResourceDefinition } from './resource.ts';
import { enablingSwitch } from './runtime-config.ts';
import type { Scheme } from './scheme.ts';

/** What happens with unknown fields: refused, dropped with a warning, or dropped. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** What is wrong with how the object was written, which counts as unknown fields do. @default nothing */
  readonly problems?: readonly string[] | undefined;
}

export interface Decoded {
  readonly object: ApiObject;
  readonly warnings: readonly string[];
}

interface Compiled {
  readonly revision: number;
  readonly decoders: DecoderCompiler;
  readonly structure: StructureCompiler;
}

const compiledByScheme = new WeakMap<Scheme, Compiled>();

/** A change of the scheme starts afresh: types are compiled when they are next met. */
function compiledOf(scheme: Scheme): Compiled {
  const known = compiledByScheme.get(scheme);
  if (known?.revision === scheme.revision) return known;
  const typeOf = (name: string) => scheme.type(name);
  const compiled: Compiled = {
    revision: scheme.revision,
    decoders: new DecoderCompiler(typeOf),
    structure: new StructureCompiler(typeOf),
  };
  compiledByScheme.set(scheme, compiled);
  return compiled;
}

/**
 * The definition that `input` names by its apiVersion and kind.
 * @throws {ApiError} BadRequest when it names none, or one that is not served: the message says how to serve it.
 */
export function decodeKind(scheme: Scheme, input: unknown): ResourceDefinition {
  if (!isPlainObject(input)) throw badRequest(`expected an object, got ${describeInput(input)}`);
  const { apiVersion, kind } = input;
  if (typeof kind !== 'string' || kind === '') throw badRequest("Object 'Kind' is missing");
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw badRequest(`Object 'apiVersion' is missing in the ${kind}`);
  }
  const { group, version } = parseApiVersion(apiVersion);
  const definition = scheme.findKnownByKind(group, version, kind);
  if (definition && scheme.isServed(definition)) return definition;
  const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
  if (definition && definition.served === undefined) {
    const how = `it is ${definition.stability} and not enabled; start the server with --runtime-config=${enablingSwitch(definition)}`;
    throw badRequest(`${message}: ${how}`);
  }
  throw badRequest(`${message}${kindHint(scheme, apiVersion, kind)}`);
}

function describeInput(input: unknown): string {
  if (input === null || input === undefined) return 'nothing';
  return Array.isArray(input) ? 'a list' : `a ${typeof input}`;
}

/** The same kind elsewhere is more likely meant than another kind of that version; nobody is led to what is deprecated. */
function kindHint(scheme: Scheme, apiVersion: string, kind: string): string {
  const elsewhere = scheme
    .served()
    .filter((definition) => definition.kind === kind && !definition.deprecation);
  if (elsewhere.length > 0) {
    const places = [
      ...new Set(elsewhere.map(({ group, version }) => toApiVersion(group, version))),
    ];
    return `, did you mean version ${places.map((place) => `"${place}"`).join(' or ')}?`;
  }
  const { group, version } = parseApiVersion(apiVersion);
  const here = scheme
    .served()
    .filter((definition) => definition.group === group && definition.version === version);
  const hint = didYouMeanHint(kind, new Set(here.map((definition) => definition.kind)));
  if (hint !== '' || here.length > 0) return hint;
  const versions = scheme.served().map((each) => toApiVersion(each.group, each.version));
  return didYouMeanHint(apiVersion, new Set(versions));
}

/**
 * Checks the structure of `input` against the kind of `definition` and copies it. apiVersion and kind may be left out.
 * @throws {ApiError} BadRequest with every wrong type, and with every unknown field when they are refused, by path.
 */
export function decodeObject(
  scheme: Scheme,
  definition: KindDefinition,
  input: unknown,
  { fieldValidation, problems = [] }: DecodeOptions,
): Decoded {
  const { group, version, kind } = definition;
  const apiVersion = toApiVersion(group, version);
  if (!isPlainObject(input)) {
    throw badRequest(`expected a ${kind} object, got ${describeInput(input)}`);
  }
  assertSame('apiVersion', input.apiVersion, apiVersion);
  assertSame('kind', input.kind, kind);
  const context = new DecodeContext(kind === 'Secret');
  const fields = decodeFields(scheme, definition, input, context);
  context.unknownFields.unshift(...problems);
  assertDecoded(definition, context, fieldValidation);
  const object: ApiObject = Object.assign({ apiVersion, kind, metadata: {} }, fields);
  object.apiVersion = apiVersion;
  object.kind = kind;
  return {
    object,
    warnings: fieldValidation === 'Warn' ? context.unknownFields : [],
  };
}

function decodeFields(
  scheme: Scheme,
  definition: KindDefinition,
  input: object,
  context: DecodeContext,
): unknown {
  // A custom resource may vanish while a request for it is under way.
  if (!scheme.type(definition.schemaName)) throw notServedAnyMore(definition);
  const { decoders } = compiledOf(scheme);
  const { prune } = scheme.strategy(definition);
  if (!prune) return decoders.forKind(definition.schemaName)(input, context, 0);
  const fields = decoders.forCustom(input, context);
  return fields && prune(fields as ApiObject, (path) => context.unknownPath(path));
}

function notServedAnyMore({ group, kind }: KindDefinition): ApiError {
  return new ApiError('NotFound', 'the server could not find the requested resource', {
    ...(group === '' ? {} : { group }),
    kind,
  });
}

function assertSame(field: string, given: unknown, wanted: string): void {
  if (given === undefined || given === null || given === '' || given === wanted) return;
  const shown = typeof given === 'string' ? JSON.stringify(given) : typeof given;
  throw badRequest(
    `the ${field} in the data (${shown}) does not match the expected ${field} ("${wanted}")`,
  );
}

function assertDecoded(
  { version, kind }: KindDefinition,
  { typeErrors, unknownFields }: DecodeContext,
  fieldValidation: FieldValidation,
): void {
  const strict = fieldValidation === 'Strict' ? unknownFields : [];
  if (typeErrors.length === 0 && strict.length === 0) return;
  const unknown = strict.length === 0 ? [] : [`strict decoding error: ${strict.join(', ')}`];
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: ${[...typeErrors, ...unknown].join(', ')}`,
  );
}

/**
 * What is missing of `object`, and which of its values are outside their closed set. Runs after defaulting, which fills
 * required fields. Where something is missing, the kind's own validation has nothing sound to work on.
 */
export function validateStructure(
  scheme: Scheme,
  definition: KindDefinition,
  object: ApiObject,
): FieldError[] {
  const errors: FieldError[] = [];
  // Custom resources are judged by their own schema, in words of its own.
  if (scheme.strategy(definition).prune) return errors;
  compiledOf(scheme).structure.forType(definition.schemaName)(object, '', errors);
  return errors;
}
