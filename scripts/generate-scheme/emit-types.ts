import type { ResourceDefinition } from '../../src/scheme/resource.ts';
import type { FieldSchema, FieldType, TypeSchema } from '../../src/scheme/structural-schema.ts';
import { propertyName } from './emit-schemas.ts';
import { capitalize, fileOf, META_PREFIX, shortTypeName } from './names.ts';
import { GENERATED_HEADER } from './output.ts';

/** Types that `src/scheme/object.ts` declares by hand, because every object has them. */
const HAND_WRITTEN = new Set(
  ['ListMeta', 'ManagedFieldsEntry', 'ObjectMeta', 'OwnerReference'].map(
    (name) => META_PREFIX + name,
  ),
);

export interface RootKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What one file of types refers to outside itself, gathered while it is written. */
class Imports {
  readonly #file: string;
  /** The names that the file declares itself. */
  readonly #own: ReadonlySet<string>;
  /** Names by module. */
  readonly #modules = new Map<string, Set<string>>();

  constructor(file: string, own: ReadonlySet<string>) {
    this.#file = file;
    this.#own = own;
  }

  /** The word for `typeName` in this file; one that the file declares too carries its version in front. */
  use(typeName: string): string {
    const short = shortTypeName(typeName);
    if (HAND_WRITTEN.has(typeName)) return this.#add('../../object.ts', short);
    const file = fileOf(typeName);
    if (file === this.#file) return short;
    if (!this.#own.has(short)) return this.#add(`./${file}.ts`, short);
    const alias = capitalize(typeName.split('.').at(-2) ?? '') + short;
    this.#add(`./${file}.ts`, `${short} as ${alias}`);
    return alias;
  }

  #add(module: string, name: string): string {
    const names = this.#modules.get(module) ?? new Set();
    this.#modules.set(module, names.add(name));
    return name;
  }

  toString(): string {
    const modules = [...this.#modules].sort(([a], [b]) => (a < b ? -1 : 1));
    return modules
      .map(
        ([module, names]) => `import type { ${[...names].sort().join(', ')} } from '${module}';\n`,
      )
      .join('');
  }
}

/** The text of one file of TypeScript interfaces. */
export function emitTypes(
  file: string,
  schemas: readonly TypeSchema[],
  rootKinds: ReadonlyMap<string, RootKind>,
): string {
  const imports = new Imports(file, new Set(schemas.map(({ name }) => shortTypeName(name))));
  const interfaces = schemas
    .filter(({ name }) => !HAND_WRITTEN.has(name) && !name.endsWith('List'))
    .map((schema) => emitInterface(schema, rootKinds.get(schema.name), imports));
  return `${GENERATED_HEADER}\n${imports}\n${interfaces.join('\n')}`;
}

function emitInterface(schema: TypeSchema, root: RootKind | undefined, imports: Imports): string {
  const name = shortTypeName(schema.name);
  if (schema.opaque) return `export type ${name} = Record<string, unknown>;\n`;
  const fields = Object.entries(schema.fields).map(([field, fieldSchema]) => {
    if (root && field === 'apiVersion') return `  apiVersion: '${root.apiVersion}';`;
    if (root && field === 'kind') return `  kind: '${root.kind}';`;
    const required = fieldSchema.required || (root && field === 'metadata');
    return `  ${propertyName(field)}${required ? '' : '?'}: ${fieldType(fieldSchema, imports)};`;
  });
  if (fields.length === 0) return `export type ${name} = Record<string, never>;\n`;
  return `export interface ${name} {\n${fields.join('\n')}\n}\n`;
}

function fieldType(field: FieldSchema, imports: Imports): string {
  return toTypeScript(field.type, field.enum, imports);
}

function toTypeScript(
  type: FieldType,
  members: readonly string[] | undefined,
  imports: Imports,
): string {
  switch (type.kind) {
    case 'string':
      return members ? members.map((member) => `'${member}'`).join(' | ') : 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'int-or-string':
      return 'number | string';
    case 'any':
      return 'unknown';
    case 'list': {
      const items = toTypeScript(type.items, members, imports);
      return /[ |]/.test(items) && !items.startsWith('Record<') ? `(${items})[]` : `${items}[]`;
    }
    case 'map':
      return `Record<string, ${toTypeScript(type.values, members, imports)}>`;
    case 'ref':
      return imports.use(type.name);
  }
}

/** Root kinds by type name: those whose objects are requests or are stored. */
export function rootKindsOf(
  definitions: readonly Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'schemaName'>[],
): Map<string, RootKind> {
  return new Map(
    definitions.map(({ group, version, kind, schemaName }) => [
      schemaName,
      { apiVersion: group === '' ? version : `${group}/${version}`, kind },
    ]),
  );
}
