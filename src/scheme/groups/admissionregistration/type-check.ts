import { celTypeOfKind, type SchemaLookup } from '../../cel/schema-types.ts';
import { type CelType, DYN } from '../../cel/types.ts';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ParamKind,
  ValidatingAdmissionPolicy,
} from '../../generated/types/admissionregistration-v1.ts';
import { parseApiVersion, toApiVersion } from '../../object.ts';
import type { ResourceDefinition } from '../../resource.ts';
import type { Scheme } from '../../scheme.ts';
import { compilePolicy } from './compiled-policy.ts';

/** A policy may match many kinds; the first ones tell enough. */
const MAX_KINDS = 10;

/** Where kinds and their types are found: a scheme. */
export type TypeSource = Pick<Scheme, 'find' | 'findByKind' | 'type'>;

/**
 * What the policy's validations say that cannot be right of the kinds that its rules name: fields that do not exist, values
 * of other types. Kinds that rules match by `*` are not judged.
 */
export function typeCheckPolicy(
  { spec = {} }: ValidatingAdmissionPolicy,
  source: TypeSource,
): ExpressionWarning[] {
  const warnings = new Map<string, string[]>();
  const params: Record<string, CelType> = spec.paramKind
    ? { params: paramsTypeOf(spec.paramKind, source) }
    : {};
  for (const definition of kindsOf(spec.matchConstraints?.resourceRules ?? [], source)) {
    const object = typeOf(definition, source);
    const { errors } = compilePolicy(spec, { object, oldObject: object, ...params });
    for (const { field, detail } of errors) {
      if (!field.startsWith('spec.validations')) continue;
      const known = warnings.get(field) ?? [];
      warnings.set(field, [
        ...known,
        `${nameOf(definition)}: ${detail.replace('compilation failed: ', '')}\n`,
      ]);
    }
  }
  return Array.from(warnings, ([fieldRef, texts]) => ({ fieldRef, warning: texts.join('\n') }));
}

function nameOf({ group, version, kind }: ResourceDefinition): string {
  return `${toApiVersion(group, version)}, Kind=${kind}`;
}

function kindsOf(
  rules: readonly NamedRuleWithOperations[],
  source: TypeSource,
): readonly ResourceDefinition[] {
  const found = new Set<ResourceDefinition>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    for (const group of apiGroups) {
      for (const version of apiVersions) addAll(found, group, version, resources, source);
    }
  }
  return [...found].slice(0, MAX_KINDS);
}

function addAll(
  found: Set<ResourceDefinition>,
  group: string,
  version: string,
  resources: readonly string[],
  source: TypeSource,
): void {
  for (const resource of resources) {
    const definition = source.find(group, version, resource);
    if (definition) found.add(definition);
  }
}

function typeOf({ schemaName }: ResourceDefinition, source: TypeSource): CelType {
  const lookUp: SchemaLookup = (name) => source.type(name);
  const schema = lookUp(schemaName);
  return schema ? celTypeOfKind(schema, lookUp) : DYN;
}

function paramsTypeOf({ apiVersion = '', kind = '' }: ParamKind, source: TypeSource): CelType {
  const { group, version } = parseApiVersion(apiVersion);
  const definition = source.findByKind(group, version, kind);
  return definition ? typeOf(definition, source) : DYN;
}
