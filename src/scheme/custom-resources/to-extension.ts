import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../generated/types/apiextensions-v1.ts';
import type { KindStrategy } from '../kind-strategy.ts';
import type { ResourceDefinition, SubresourceDefinition, Verb } from '../resource.ts';
import type { SchemeExtension } from '../scheme.ts';
import { compareVersions, stabilityOf } from '../version-order.ts';
import { customStrategy } from './custom-strategy.ts';
import { toTypes } from './to-types.ts';

const VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const SUBRESOURCE_VERBS: readonly Verb[] = ['get', 'patch', 'update'];
const SCALE_KIND = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** What a definition adds to the scheme, in every version, by the names that were accepted for it. */
export function toExtension(crd: CustomResourceDefinition): SchemeExtension {
  const strategies = new Map<string, KindStrategy>();
  const { group, names, conversion } = crd.spec;
  const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook?.clientConfig : undefined;
  for (const version of crd.spec.versions) {
    strategies.set(`${group}/${version.name}/${names.kind}`, {
      ...customStrategy(version),
      ...(webhook ? { conversionWebhook: webhook } : {}),
    });
  }
  return {
    definitions: crd.spec.versions.map((version) => toDefinition(crd, version)),
    types: crd.spec.versions.flatMap((version) =>
      toTypes(schemaNameOf(crd, version), version.schema?.openAPIV3Schema ?? {}),
    ),
    strategies,
  };
}

function schemaNameOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): string {
  return `${spec.group}/${version.name}/${spec.names.kind}`;
}

function toDefinition(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): ResourceDefinition {
  const { group, scope, names, versions } = crd.spec;
  const accepted = crd.status?.acceptedNames ?? names;
  const deprecation = deprecationOf(crd, version);
  return {
    group,
    version: version.name,
    resource: names.plural,
    kind: names.kind,
    listKind: accepted.listKind ?? `${names.kind}List`,
    singular: accepted.singular ?? names.kind.toLowerCase(),
    shortNames: accepted.shortNames ?? [],
    categories: accepted.categories ?? [],
    namespaced: scope === 'Namespaced',
    verbs: VERBS,
    subresources: subresourcesOf(version),
    schemaName: schemaNameOf(crd, version),
    stability: stabilityOf(version.name),
    storageVersion: versions.find(({ storage }) => storage)?.name ?? version.name,
    served: version.served,
    ...(deprecation ? { deprecation } : {}),
  };
}

function subresourcesOf({ subresources }: CustomResourceDefinitionVersion) {
  const defined: SubresourceDefinition[] = [];
  if (subresources?.status) defined.push({ name: 'status', verbs: SUBRESOURCE_VERBS });
  if (subresources?.scale) {
    defined.push({ name: 'scale', verbs: SUBRESOURCE_VERBS, kind: SCALE_KIND });
  }
  return defined;
}

function deprecationOf(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): ResourceDefinition['deprecation'] {
  if (!version.deprecated) return undefined;
  if (version.deprecationWarning) return { message: version.deprecationWarning };
  const { group, names, versions } = crd.spec;
  const [replacement] = versions
    .filter(({ served, deprecated }) => served && !deprecated)
    .map(({ name }) => name)
    .filter((name) => compareVersions(name, version.name) < 0)
    .sort(compareVersions);
  const message = `${group}/${version.name} ${names.kind} is deprecated`;
  return {
    message: replacement ? `${message}; use ${group}/${replacement} ${names.kind}` : message,
  };
}
