import type { FieldSchema, FieldType, TypeSchema } from '../../src/scheme/structural-schema.ts';
import { GENERATED_HEADER } from './output.ts';

/** The text of one file of schemas. */
export function emitSchemas(schemas: readonly TypeSchema[]): string {
  const body = schemas.map(emitSchema).join('\n');
  const literals = [
    ...new Set(schemas.flatMap(({ fields }) => Object.values(fields)).flatMap(wordsOf)),
  ].sort();
  const imports =
    literals.length === 0
      ? ''
      : `import { ${literals.join(', ')} } from '../../schema-literals.ts';\n`;
  return `${GENERATED_HEADER}
${imports}import type { TypeSchema } from '../../structural-schema.ts';

export const SCHEMAS: readonly TypeSchema[] = [
${body}
];
`;
}

/** The literals of `schema-literals.ts` that `field` is written with. */
function wordsOf({ type }: FieldSchema): string[] {
  return emitType(type).match(/\b\w+(?=\(|\)|$)/g) ?? [];
}

function emitSchema({ name, fields, opaque, mapType }: TypeSchema): string {
  const entries = Object.entries(fields).map(
    ([field, schema]) => `      ${propertyName(field)}: ${emitField(schema)},`,
  );
  const shown = entries.length === 0 ? '{}' : `{\n${entries.join('\n')}\n    }`;
  const marks = `${opaque ? '    opaque: true,\n' : ''}${mapType ? `    mapType: '${mapType}',\n` : ''}`;
  return `  {\n    name: '${name}',\n    fields: ${shown},\n${marks}  },`;
}

function emitField(field: FieldSchema): string {
  const parts = [`type: ${emitType(field.type)}`];
  if (field.required) parts.push('required: true');
  if (field.enum) parts.push(`enum: ${emitStrings(field.enum)}`);
  if (field.patchStrategy) parts.push(`patchStrategy: ${emitStrings(field.patchStrategy)}`);
  if (field.patchMergeKey) parts.push(`patchMergeKey: '${field.patchMergeKey}'`);
  if (field.listType) parts.push(`listType: '${field.listType}'`);
  if (field.listMapKeys) parts.push(`listMapKeys: ${emitStrings(field.listMapKeys)}`);
  if (field.mapType) parts.push(`mapType: '${field.mapType}'`);
  return `{ ${parts.join(', ')} }`;
}

function emitStrings(words: readonly string[]): string {
  return `[${words.map((word) => `'${word}'`).join(', ')}]`;
}

const FORMAT_WORDS = {
  'date-time': 'dateTime',
  'micro-time': 'microTime',
  byte: 'byte',
  quantity: 'quantity',
  duration: 'duration',
} as const;

function emitType(type: FieldType): string {
  switch (type.kind) {
    case 'string':
      return type.format ? FORMAT_WORDS[type.format] : 'string';
    case 'integer':
      return type.format ?? 'int64';
    case 'number':
      return 'float';
    case 'boolean':
      return 'boolean';
    case 'int-or-string':
      return 'intOrString';
    case 'any':
      return 'any';
    case 'list':
      return `list(${emitType(type.items)})`;
    case 'map':
      return `map(${emitType(type.values)})`;
    case 'ref':
      return `ref('${type.name}')`;
  }
}

/** A property's name as code: quoted when it has to be. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}
