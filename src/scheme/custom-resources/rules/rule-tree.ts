/** The rules of a schema, node by node: nodes below which nothing has a rule are left out, and cost nothing. */
import { type EntryKey, entryKeyOf } from '../list-semantics.ts';
import { itemsOf, type OpenApiSchema, valuesOf } from '../open-api-schema.ts';
import { type CompiledRule, compileRule, isCompiled, selfTypeOf } from './compile-rule.ts';

export interface RuleNode {
  readonly schema: OpenApiSchema;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  /** Of a map's values. */
  readonly values: RuleNode | undefined;
  readonly items: RuleNode | undefined;
  /** What finds an entry of the list again after an update; unset where nothing does. */
  readonly keyOf: EntryKey | undefined;
}

/** The rules of a root schema; undefined where it has none. Rules that do not compile, which no definition is admitted with, are left out. */
export function buildRuleTree(schema: OpenApiSchema): RuleNode | undefined {
  return buildNode(schema, true);
}

function buildNode(schema: OpenApiSchema, isRoot: boolean): RuleNode | undefined {
  const properties = new Map<string, RuleNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = buildNode(property, false);
    if (node) properties.set(name, node);
  }
  const values = valuesOf(schema);
  const items = itemsOf(schema);
  const node: RuleNode = {
    schema,
    rules: rulesOf(schema, isRoot),
    properties,
    values: values && buildNode(values, false),
    items: items && buildNode(items, false),
    keyOf: schema['x-kubernetes-list-type'] === 'map' ? entryKeyOf(schema) : undefined,
  };
  const hasAny = node.rules.length > 0 || properties.size > 0 || node.values || node.items;
  return hasAny ? node : undefined;
}

function rulesOf(schema: OpenApiSchema, isRoot: boolean): readonly CompiledRule[] {
  const definitions = schema['x-kubernetes-validations'] ?? [];
  if (definitions.length === 0) return [];
  const type = selfTypeOf(schema, isRoot);
  return definitions.map((definition) => compileRule(definition, type)).filter(isCompiled);
}
