import type { ResourceDefinition } from '../../scheme/resource.ts';
import { toFieldName, toTypePrefix, upperFirst } from './names.ts';
import { toTypeName } from './served-kinds.ts';

const META_PACKAGE = 'io.k8s.apimachinery.pkg.apis.meta';
const SCHEMA_NAME = /^(.+)\.(v\d+(?:(?:alpha|beta)\d+)?)\.([^.]+)$/;

/** What the names of a kind's own types end in. */
export const KIND_SUFFIXES = ['', 'List', 'WatchEvent', 'Embedded', 'Input', 'Map'];

/**
 * Names types: `io.k8s.api.apps.v1.DeploymentSpec` is `AppsV1DeploymentSpec`. Types of no group, which all kinds share,
 * go by their own name (`ObjectMeta`). Types of custom resources are named by the way down to them:
 * `example.com/v1/Widget/spec/size` is `Example_comV1WidgetSpecSize`.
 */
export class TypeNames {
  /** The API group that a package of types belongs to: `io.k8s.api.rbac` is of `rbac.authorization.k8s.io`. */
  readonly #groups = new Map<string, string>();
  readonly #packages = new Map<string, string>();
  /** Names of kinds, and of custom types: two ways down may spell the same. */
  readonly #taken = new Set<string>();
  readonly #custom = new Map<string, string>();

  constructor(resources: readonly ResourceDefinition[]) {
    for (const definition of resources) {
      const { schemaName, group, version } = definition;
      for (const suffix of KIND_SUFFIXES) this.#taken.add(toTypeName(definition) + suffix);
      if (definition.served !== undefined) this.#custom.set(schemaName, toTypeName(definition));
      const [, packageName, schemaVersion] = SCHEMA_NAME.exec(schemaName) ?? [];
      // An old version may have today's schema, perhaps of another group.
      if (packageName === undefined || schemaVersion !== version) continue;
      this.#groups.set(packageName, group);
      this.#packages.set(group, packageName);
    }
  }

  /** The GraphQL name of the type that the schema `schemaName` describes. */
  of(schemaName: string): string {
    if (schemaName.includes('/')) return this.#ofCustom(schemaName);
    const [, packageName = '', version = '', kind = ''] = SCHEMA_NAME.exec(schemaName) ?? [];
    if (kind === '') return upperFirst(schemaName.slice(schemaName.lastIndexOf('.') + 1));
    if (packageName === META_PACKAGE) return kind;
    const group =
      this.#groups.get(packageName) ?? packageName.slice(packageName.lastIndexOf('.') + 1);
    return toTypePrefix(group, version) + kind;
  }

  #ofCustom(schemaName: string): string {
    const known = this.#custom.get(schemaName);
    if (known) return known;
    const [group = '', version = '', ...way] = schemaName.split('/');
    let name =
      toTypePrefix(group, version) + way.map((step) => upperFirst(toFieldName(step))).join('');
    while (KIND_SUFFIXES.some((suffix) => this.#taken.has(name + suffix))) name += '_';
    for (const suffix of KIND_SUFFIXES) this.#taken.add(name + suffix);
    this.#custom.set(schemaName, name);
    return name;
  }

  /** The schema of a kind, by the package that its group's resources are in. */
  schemaNameOf(kind: { group: string; version: string; kind: string }): string {
    const packageName = this.#packages.get(kind.group) ?? `io.k8s.api.${kind.group || 'core'}`;
    return `${packageName}.${kind.version}.${kind.kind}`;
  }
}
