import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';

export interface ResourceDraft {
  readonly group: string;
  /** @default 'Namespaced' */
  readonly scope?: string;
  readonly names: CustomResourceDefinitionNames;
  /** The first is stored. All are served and have a status, unless they say otherwise. */
  readonly versions: readonly (Partial<CustomResourceDefinitionVersion> & {
    readonly name: string;
  })[];
}

/** A whole definition, with what those in use have in common. */
export function defineResource({
  group,
  scope = 'Namespaced',
  names,
  versions,
}: ResourceDraft): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${names.plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/example/reviews/pull/1' },
    },
    spec: {
      group,
      scope,
      names: { singular: names.kind.toLowerCase(), listKind: `${names.kind}List`, ...names },
      versions: versions.map((version, i) => ({
        served: true,
        storage: i === 0,
        subresources: { status: {} },
        ...version,
      })),
    },
  };
}
