import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  getArgumentValues,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';
import { invariant } from '../../lib/errors.ts';
import type { PreparedOperation, Variables } from '../execution/compiler.ts';
import type { RequestContext } from '../request-context.ts';
import { type PlanWatch, START_ARGUMENTS, type WatchPlan } from '../schema/subscription-fields.ts';

export interface PlannedSubscription {
  readonly fieldName: string;
  readonly plan: WatchPlan;
  /** The operation and its variables, but for those that say where it starts. */
  readonly shape: string;
}

/**
 * What a subscription operation watches.
 * @throws {GraphQLError} for wrong variables or arguments
 * @throws {ApiError} for arguments that the API refuses
 */
export function planSubscription(
  { operation, schema, document }: PreparedOperation,
  variables: Variables,
  ctx: RequestContext,
): PlannedSubscription {
  const { coerced, errors } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variables ?? {},
    { maxErrors: 1 },
  );
  const [mistake] = errors ?? [];
  if (mistake) throw mistake;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
  }
  const node = firstField(operation.selectionSet, fragments);
  const field = node && schema.getSubscriptionType()?.getFields()[node.name.value];
  const watch = field?.extensions.watch as PlanWatch | undefined;
  if (!node || !field || !watch)
    throw new GraphQLError('This subscription watches nothing', { nodes: operation });
  const plan = watch(getArgumentValues(field, node, coerced), ctx);
  if (plan.sources.length === 0)
    throw new GraphQLError('This subscription watches nothing', { nodes: node });
  return { fieldName: field.name, plan, shape: shapeOf({ operation, node, field, variables }) };
}

function firstField(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : fragments.get(selection.name.value)?.selectionSet;
    const found = inner && firstField(inner, fragments);
    if (found) return found;
  }
  return undefined;
}

interface ShapeOptions {
  readonly operation: OperationDefinitionNode;
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
  readonly variables: Variables;
}

/**
 * Clients that come back after a break each resume from a version of their own; all else being equal they share again. So
 * variables that say nothing but the start are left out.
 */
function shapeOf({ operation, node, variables }: ShapeOptions): string {
  const starts = new Set<string>();
  for (const { name, value } of node.arguments ?? []) {
    if (START_ARGUMENTS.has(name.value) && value.kind === Kind.VARIABLE)
      starts.add(value.name.value);
  }
  const kept = Object.entries(variables ?? {})
    .filter(([name]) => !(starts.has(name) && countUses(operation, name) === 1))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  invariant(operation.loc, 'documents are parsed with locations');
  return `${operation.name?.value ?? ''}\0${operation.loc.source.body}\0${JSON.stringify(kept)}`;
}

/** How often a variable is used, its definition aside. Fragments may use it as well, so any counts as another. */
function countUses(operation: OperationDefinitionNode, name: string): number {
  let uses = 0;
  const count = (value: ValueNode): void => {
    if (value.kind === Kind.VARIABLE && value.name.value === name) uses++;
  };
  visit(operation.selectionSet, {
    Variable: count,
    FragmentSpread() {
      uses++;
    },
  });
  return uses;
}
