/** Reads Go's types as gofmt writes them: structs with tags, and names of other types. */

/** A field that protobuf knows. */
export interface GoField {
  readonly number: number;
  /** In JSON; '' for one whose members are the struct's own. */
  readonly name: string;
  readonly type: GoType;
  readonly omitEmpty: boolean;
}

/** A type in source, and what the packages are that it may name. */
export interface GoType {
  readonly text: string;
  readonly imports: ReadonlyMap<string, string>;
}

export interface GoPackage {
  readonly structs: Map<string, readonly GoField[]>;
  /** `type ExtraValue []string` and the like. */
  readonly aliases: Map<string, GoType>;
}

const STRUCT = /^type (\w+) struct ?\{(?:\}|$([\s\S]*?)^\})$/gm;
const ALIAS =
  /^(?:type |\t)(\w+) (?:= )?(\[\]\w[\w.]*|map\[[\w.]+\][\w.*[\]]+|\w+\.\w+|string|int32|int64|bool)$/gm;
const FIELD =
  /^\t(?:(\w+)\s+)?([\w.*[\]]+)\s+`json:"([^"]*)"(?:\s+[\w-]+:"[^"]*")*?\s+protobuf:"\w+,(\d+)/;

export function readGoFile(source: string): GoPackage {
  const imports = readImports(source);
  const structs = new Map<string, readonly GoField[]>();
  for (const [, name = '', body = ''] of source.matchAll(STRUCT)) {
    structs.set(name, readFields(body, imports));
  }
  const aliases = new Map<string, GoType>();
  for (const [, name = '', text = ''] of source.matchAll(ALIAS))
    aliases.set(name, { text, imports });
  return { structs, aliases };
}

function readImports(source: string): ReadonlyMap<string, string> {
  const block = /^import \(([\s\S]*?)^\)/m.exec(source)?.[1] ?? /^import (.*)$/m.exec(source)?.[1];
  const imports = new Map<string, string>();
  for (const [, alias, importPath = ''] of (block ?? '').matchAll(/(?:(\w+) )?"([^"]+)"/g)) {
    imports.set(alias ?? importPath.slice(importPath.lastIndexOf('/') + 1), importPath);
  }
  return imports;
}

function readFields(body: string, imports: ReadonlyMap<string, string>): readonly GoField[] {
  return body.split('\n').flatMap((line) => {
    const found = FIELD.exec(line);
    if (!found) return [];
    const [, , text = '', json = '', number] = found;
    const [name = '', ...options] = json.split(',');
    return [
      {
        number: Number(number),
        name,
        type: { text, imports },
        omitEmpty: options.includes('omitempty'),
      },
    ];
  });
}
