import type { ApiClient, NewObject } from '../../src/apiserver/client.ts';
import { isEstablished } from '../../src/scheme/custom-resources/accept-names.ts';
import { apiextensionsCustomResourceDefinitions } from '../../src/scheme/generated/resources.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import type { ResourceRef } from '../../src/scheme/resource.ts';
import type { Scheme } from '../../src/scheme/scheme.ts';
import { eventually } from './eventually.ts';

/** A custom object, with anything in it. */
export interface Widget extends ApiObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface DefinitionOptions {
  /** @default 'example.com' */
  readonly group?: string;
  readonly names?: Partial<CustomResourceDefinitionNames>;
  /** @default 'Namespaced' */
  readonly scope?: string;
  /** The schema of `spec`. @default a size and a colour */
  readonly spec?: JSONSchemaProps;
  /** Added to the one version. */
  readonly version?: Partial<CustomResourceDefinitionVersion>;
  /** @default one, v1 */
  readonly versions?: readonly CustomResourceDefinitionVersion[];
  readonly conversion?: CustomResourceDefinition['spec']['conversion'];
}

export const WIDGET_SPEC: JSONSchemaProps = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', format: 'int32', minimum: 1, description: 'How wide it is, in cm.' },
    colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
  },
};

/** A version of a definition. */
export function versionOf(
  name: string,
  spec: JSONSchemaProps,
  options: Partial<CustomResourceDefinitionVersion> = {},
): CustomResourceDefinitionVersion {
  const root: JSONSchemaProps = {
    type: 'object',
    properties: {
      spec,
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  return { name, served: true, storage: true, schema: { openAPIV3Schema: root }, ...options };
}

/** Widgets of example.com, as far as the options do not say otherwise. */
export function widgetDefinition(
  options: DefinitionOptions = {},
): NewObject<CustomResourceDefinition> {
  const { group = 'example.com', scope = 'Namespaced', spec = WIDGET_SPEC, version } = options;
  const names = { plural: 'widgets', kind: 'Widget', ...options.names };
  return {
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      names,
      scope,
      versions: [...(options.versions ?? [versionOf('v1', spec, version)])],
      ...(options.conversion ? { conversion: options.conversion } : {}),
    },
  };
}

export const widgets: ResourceRef<Widget> = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

export const widget = (
  name: string,
  spec: Record<string, unknown> = { size: 1 },
): NewObject<Widget> => ({ metadata: { name, namespace: 'default' }, spec });

/** Creates a definition and waits until this process serves it. */
export async function installDefinition(
  { client, scheme }: { readonly client: ApiClient; readonly scheme: Scheme },
  definition: NewObject<CustomResourceDefinition>,
): Promise<CustomResourceDefinition> {
  const { name = '' } = (await client.create(apiextensionsCustomResourceDefinitions, definition))
    .metadata;
  const { group, names, versions } = definition.spec;
  return eventually(
    () => client.get(apiextensionsCustomResourceDefinitions, { name }),
    (created) => {
      const isServed = versions.some((version) => scheme.find(group, version.name, names.plural));
      if (!isEstablished(created) || !isServed) throw new Error(`${name} is not established`);
    },
  );
}
