import { GENERATED_HEADER } from '../generate-scheme/output.ts';
import type { GoField, GoPackage, GoType } from './go-types.ts';

type Packages = ReadonlyMap<string, GoPackage>;

/** Types that are written in a way of their own; the letters are those of `src/rest/protobuf/messages.ts`. */
const SPECIAL: Readonly<Record<string, string>> = {
  'k8s.io/apimachinery/pkg/apis/meta/v1.Time': 't',
  'k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime': 'u',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Duration': 'D',
  'k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1': 'r',
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'q',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'o',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'r',
  'k8s.io/apimachinery/pkg/types.UID': 's',
  'k8s.io/apimachinery/pkg/types.NodeName': 's',
};

const SCALARS: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int: 'i',
  int32: 'i',
  int64: 'i',
  uint32: 'i',
  uint64: 'i',
  float64: 'd',
  byte: 'y',
};

/** One line a message: its name, then `name,number,type` of each field. */
export function emitMessages(packages: Packages): string {
  const lines: string[] = [];
  for (const [importPath, { structs }] of packages) {
    for (const [name, fields] of structs) {
      const message = `${importPath}.${name}`;
      if (SPECIAL[message]) continue;
      const members = fields.map((field) => toMember(packages, importPath, field));
      lines.push(`${shortNameOf(message)}:${members.join(';')}`);
    }
  }
  lines.push(...listMessages(packages));
  return `${GENERATED_HEADER}
/** See \`messages.ts\` for how to read it. */
export const PROTOBUF_MESSAGES = \`
${lines.sort().join('\n')}
\`;
`;
}

/** `type ExtraValue []string` is a message with \`items\`. */
function listMessages(packages: Packages): readonly string[] {
  return [...packages].flatMap(([importPath, { aliases }]) =>
    [...aliases]
      .filter(([, { text }]) => text.startsWith('[]'))
      .map(
        ([name, type]) =>
          `${shortNameOf(`${importPath}.${name}`)}:=,1,${typeOf(packages, importPath, type)}`,
      ),
  );
}

function toMember(packages: Packages, importPath: string, field: GoField): string {
  const { name, number, omitEmpty, type } = field;
  const isPointer = type.text.startsWith('*');
  const text = isPointer ? type.text.slice(1) : type.text;
  const mark = isPointer || !omitEmpty ? '!' : '';
  return `${name},${number},${mark}${typeOf(packages, importPath, { ...type, text })}`;
}

function typeOf(packages: Packages, importPath: string, type: GoType): string {
  const { text, imports } = type;
  const inner = (rest: string): string => typeOf(packages, importPath, { ...type, text: rest });
  if (text === '[]byte') return 'y';
  if (text.startsWith('[]')) return `[${inner(text.slice(2))}`;
  if (text.startsWith('*')) return inner(text.slice(1));
  const map = /^map\[[^\]]+\](.*)$/.exec(text);
  if (map) return `{${inner(map[1] ?? '')}`;
  if (SCALARS[text]) return SCALARS[text];
  const [qualifier, name = text] = text.includes('.') ? text.split('.') : [undefined, text];
  const owner = qualifier === undefined ? importPath : (imports.get(qualifier) ?? qualifier);
  return namedType(packages, owner, name);
}

function namedType(packages: Packages, owner: string, name: string): string {
  const special = SPECIAL[`${owner}.${name}`];
  if (special) return special;
  const found = packages.get(owner);
  if (found?.structs.has(name)) return shortNameOf(`${owner}.${name}`);
  const alias = found?.aliases.get(name);
  if (!alias) throw new Error(`no type ${owner}.${name}`);
  // A list by name is a message of its own; a map by name is written as the map.
  if (alias.text.startsWith('[]')) return shortNameOf(`${owner}.${name}`);
  return typeOf(packages, owner, alias);
}

/** `k8s.io/api/core/v1.Pod` is `core/v1.Pod`. */
function shortNameOf(name: string): string {
  return name.split('/').slice(-2).join('/');
}
