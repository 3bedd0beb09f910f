import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What an operation does, as far as running it depends on that. */
export interface OperationAnalysis {
  readonly operation: OperationDefinitionNode;
  /** Whether at most one field reads from the API, and once. Fragments count as many: they can be spread anywhere. */
  readonly readsOnce: boolean;
  /** Whether it asks for nothing but the schema itself. */
  readonly isIntrospection: boolean;
  /** Whether the compiler runs it exactly as the specification says; see `compiler.ts`. */
  readonly isCompilable: boolean;
}

/** Undefined when the document has no operation of that name, or several and no name is given. */
export function analyzeOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationAnalysis | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const typeInfo = new TypeInfo(schema);
  let reads = 0;
  let isCompilable = true;
  const visitor = visitWithTypeInfo(typeInfo, {
    FragmentSpread() {
      reads++;
    },
    Field(node) {
      const field = typeInfo.getFieldDef();
      if (field?.extensions.reads) reads++;
      if (field && isAbstractType(getNamedType(field.type))) isCompilable = false;
      if (node.arguments?.some(({ value }) => holdsNestedVariable(value))) isCompilable = false;
    },
  });
  for (const definition of reachable(document, operation)) visit(definition, visitor);
  return {
    operation,
    readsOnce: reads <= 1,
    isIntrospection: isIntrospection(operation),
    isCompilable,
  };
}

/** The operation and the fragments of its document; validation refuses those that are not used. */
function reachable(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly (OperationDefinitionNode | FragmentDefinitionNode)[] {
  const fragments = document.definitions.filter(
    (definition): definition is FragmentDefinitionNode =>
      definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  return [operation, ...fragments];
}

/** Variables inside of literals: the compiler loses those inside of scalars such as JSON. */
function holdsNestedVariable(value: ValueNode): boolean {
  if (value.kind !== Kind.OBJECT && value.kind !== Kind.LIST) return false;
  let found = false;
  visit(value, {
    Variable() {
      found = true;
    },
  });
  return found;
}

function isIntrospection({ operation, selectionSet }: OperationDefinitionNode): boolean {
  return (
    operation === 'query' && selectionSet.selections.length > 0 && asksForSchemaOnly(selectionSet)
  );
}

function asksForSchemaOnly({ selections }: SelectionSetNode): boolean {
  return selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
  );
}
