import type { ResourceDefinition } from '../../scheme/resource.ts';
import { toTypePrefix, upperFirst } from './names.ts';

const META_PACKAGE = 'io.k8s.apimachinery.pkg.apis.meta';
const SCHEMA_NAME = /^(.+)\.(v\d+(?:(?:alpha|beta)\d+)?)\.([^.]+)$/;

/**
 * Names types: `io.k8s.api.apps.v1.DeploymentSpec` is `AppsV1DeploymentSpec`. Types of no group, which all kinds share,
 * go by their own name (`ObjectMeta`).
 */
export class TypeNames {
  /** The API group that a package of types belongs to: `io.k8s.api.rbac` is of `rbac.authorization.k8s.io`. */
  readonly #groups = new Map<string, string>();
  readonly #packages = new Map<string, string>();

  constructor(resources: readonly ResourceDefinition[]) {
    for (const { schemaName, group, version } of resources) {
      const [, packageName, schemaVersion] = SCHEMA_NAME.exec(schemaName) ?? [];
      // An old version may have today's schema, perhaps of another group.
      if (packageName === undefined || schemaVersion !== version) continue;
      this.#groups.set(packageName, group);
      this.#packages.set(group, packageName);
    }
  }

  /** The GraphQL name of the type that the schema `schemaName` describes. */
  of(schemaName: string): string {
    const [, packageName = '', version = '', kind = ''] = SCHEMA_NAME.exec(schemaName) ?? [];
    if (kind === '') return upperFirst(schemaName.slice(schemaName.lastIndexOf('.') + 1));
    if (packageName === META_PACKAGE) return kind;
    const group =
      this.#groups.get(packageName) ?? packageName.slice(packageName.lastIndexOf('.') + 1);
    return toTypePrefix(group, version) + kind;
  }

  /** The schema of a kind, by the package that its group's resources are in. */
  schemaNameOf(kind: { group: string; version: string; kind: string }): string {
    const packageName = this.#packages.get(kind.group) ?? `io.k8s.api.${kind.group || 'core'}`;
    return `${packageName}.${kind.version}.${kind.kind}`;
  }
}
