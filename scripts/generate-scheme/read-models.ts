import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capitalize } from './names.ts';

/** One field of a model class, as its type table and its declaration tell it. */
export interface ModelField {
  /** The name in JSON. */
  readonly name: string;
  /** `string`, `V1Pod`, `Array<…>`, `{ [key: string]: …; }`, … */
  readonly type: string;
  /** `int32`, `int64`, `byte`, `date-time`, … or empty. */
  readonly format: string;
  readonly required: boolean;
}

export type Model = readonly ModelField[];

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
  /** Old releases do not tell it. */
  readonly format?: string;
}

/** Every model class of the pinned release, by class name; files without `mark` are leftovers of older ones. */
export function readModels(modelsDir: string, mark: string): ReadonlyMap<string, Model> {
  const models = new Map<string, Model>();
  for (const file of readdirSync(modelsDir).sort()) {
    // Class names end in the kind, after a version; the other files are helpers.
    const fileName = /^(\w*[Vv]\d\w+)\.d\.ts$/.exec(file)?.[1];
    if (fileName === undefined) continue;
    const declaration = readFileSync(join(modelsDir, file), 'utf8');
    if (!declaration.includes(mark)) continue;
    const code = readFileSync(join(modelsDir, `${fileName}.js`), 'utf8');
    const className = capitalize(fileName);
    models.set(className, readModel(className, declaration, code));
  }
  return models;
}

function readModel(className: string, declaration: string, code: string): Model {
  const table = /attributeTypeMap = (\[[\s\S]*?\n\]|\[\]);/.exec(code)?.[1];
  if (table === undefined) throw new Error(`${className}: no attribute table`);
  const attributes: Attribute[] = JSON.parse(table);
  const optional = new Map<string, boolean>();
  for (const match of declaration.matchAll(/^ {4}'([^']+)'(\?)?: /gm)) {
    optional.set(match[1] as string, match[2] === '?');
  }
  return attributes.map((attribute) => {
    const isOptional = optional.get(attribute.name);
    if (isOptional === undefined) throw new Error(`${className}.${attribute.name}: not declared`);
    return {
      name: attribute.baseName,
      type: attribute.type,
      format: attribute.format ?? '',
      required: !isOptional,
    };
  });
}
