/**
 * The part of a schema that some documents use. The whole one has a thousand types, and a client wants the twenty that it
 * speaks of.
 */
import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * @param schema the schema's document
 * @param documents parsed documents, valid against it
 * @returns a smaller document against which they are valid as well
 */
export function pruneSchema(schema, documents) {
  const used = collectUse(buildASTSchema(schema), documents);
  const definitions = schema.definitions.flatMap((definition) => pruneDefinition(definition, used));
  return { ...schema, definitions };
}

/** Names of the input types that are used, of each object's fields with their arguments, and of narrowed types. */
function collectUse(schema, documents) {
  const used = { types: new Set(), fields: new Map(), narrowed: new Set() };
  const info = new TypeInfo(schema);
  for (const document of documents)
    visit(document, visitWithTypeInfo(info, createVisitor(info, used)));
  return used;
}

function createVisitor(info, used) {
  return {
    Field(node) {
      const parent = info.getParentType();
      const field = info.getFieldDef();
      if (!parent || !field) return;
      const fields = used.fields.get(parent.name) ?? new Map();
      used.fields.set(parent.name, fields);
      const names = fields.get(field.name) ?? new Set();
      fields.set(field.name, names);
      for (const argument of node.arguments) names.add(argument.name.value);
      addType(getNamedType(field.type), used);
    },
    Argument: () => addType(getNamedType(info.getInputType()), used),
    VariableDefinition: () => addType(getNamedType(info.getInputType()), used),
    InlineFragment({ typeCondition }) {
      if (typeCondition) used.narrowed.add(typeCondition.name.value);
    },
  };
}

function addType(type, used) {
  if (!type || used.types.has(type.name)) return;
  if (isEnumType(type)) used.types.add(type.name);
  if (!isInputObjectType(type)) return;
  used.types.add(type.name);
  for (const field of Object.values(type.getFields())) addType(getNamedType(field.type), used);
}

function pruneDefinition(definition, used) {
  const name = definition.name?.value;
  switch (definition.kind) {
    case 'ObjectTypeDefinition':
    case 'InterfaceTypeDefinition':
      return pruneFields(definition, used);
    case 'EnumTypeDefinition':
    case 'InputObjectTypeDefinition':
      return used.types.has(name) ? [definition] : [];
    case 'SchemaDefinition':
      return [pruneRoots(definition, used)];
    case 'ScalarTypeDefinition':
      return isOneKindsScalar(name) ? [] : [definition];
    default:
      return [definition];
  }
}

function pruneRoots(definition, used) {
  const isUsed = ({ type }) => used.fields.has(type.name.value);
  return { ...definition, operationTypes: definition.operationTypes.filter(isUsed) };
}

/** Maps of one kind (`ResourceV1CounterMap`) are rare, and carry their group and version in the name. */
function isOneKindsScalar(name) {
  return /V\d+((alpha|beta)\d+)?[A-Z]/.test(name);
}

function pruneFields(definition, used) {
  const name = definition.name.value;
  const wanted = used.fields.get(name);
  if (!wanted) return [];
  const fields = definition.fields.flatMap((field) => {
    const names = wanted.get(field.name.value);
    const args = field.arguments.filter((argument) => names?.has(argument.name.value));
    return names ? [{ ...field, arguments: args }] : [];
  });
  // Of an interface these clients only read what all its kinds have: then it is as good as an object, and the answer's
  // type is one instead of a union of a hundred.
  if (used.narrowed.size > 0) return [{ ...definition, fields }];
  return [{ ...definition, kind: 'ObjectTypeDefinition', fields, interfaces: [] }];
}
