import { deepEqual } from '../../lib/deep-equal.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../generated/types/apiextensions-v1.ts';
import type {
  CustomResourceColumnDefinition as BetaColumn,
  CustomResourceConversion as BetaConversion,
  CustomResourceDefinition as BetaDefinition,
  CustomResourceDefinitionSpec as BetaSpec,
  CustomResourceDefinitionVersion as BetaVersion,
} from '../generated/types/apiextensions-v1beta1.ts';
import type { ApiObject } from '../object.ts';
import type { Conversion } from './conversion.ts';
import { lossless } from './lossless.ts';
import { preservingSchema } from './preserving-schema.ts';

/**
 * The CustomResourceDefinition of apiextensions.k8s.io/v1beta1: what v1 says of each version it may say of all at once, and
 * unless `preserveUnknownFields` is false its objects keep fields that the schema does not have. To v1 that is said in the
 * schema itself, which becomes structural thereby.
 */
export const CUSTOM_RESOURCE_DEFINITION_CONVERSION: Conversion = lossless('apiextensions.v1beta1', {
  toStorage(object) {
    const { spec, ...definition } = object as unknown as BetaDefinition;
    return { ...definition, ...(spec ? { spec: toSpec(spec) } : {}) } as unknown as ApiObject;
  },
  fromStorage(stored) {
    const { spec, ...definition } = stored as CustomResourceDefinition;
    return { ...definition, ...(spec ? { spec: toBetaSpec(spec) } : {}) } as unknown as ApiObject;
  },
});

function toSpec(beta: BetaSpec): CustomResourceDefinition['spec'] {
  const { version, versions, validation, subresources, additionalPrinterColumns, ...rest } = beta;
  const { preserveUnknownFields = true, conversion, ...spec } = rest;
  const only = version ? [{ name: version, served: true, storage: true }] : [];
  const all = versions?.length ? versions : only;
  const shared = { schema: validation, subresources, additionalPrinterColumns };
  return {
    ...spec,
    ...(conversion ? { conversion: toConversion(conversion) } : {}),
    versions: all.map((one) =>
      toVersion({ ...withoutAbsent(shared), ...one }, preserveUnknownFields),
    ),
  };
}

function withoutAbsent<T extends object>(members: T): Partial<T> {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Partial<T>;
}

function toVersion(
  { additionalPrinterColumns, schema, ...version }: BetaVersion,
  preserves: boolean,
): CustomResourceDefinitionVersion {
  const columns = additionalPrinterColumns?.map(({ JSONPath, ...column }) => ({
    ...column,
    jsonPath: JSONPath,
  }));
  const wanted = preserves
    ? { ...schema, openAPIV3Schema: preservingSchema(schema?.openAPIV3Schema ?? {}) }
    : schema;
  return {
    ...version,
    ...(columns ? { additionalPrinterColumns: columns } : {}),
    ...(wanted ? { schema: wanted } : {}),
  };
}

function toConversion({
  webhookClientConfig,
  conversionReviewVersions,
  ...conversion
}: BetaConversion): CustomResourceConversion {
  if (!webhookClientConfig && !conversionReviewVersions) return conversion;
  return {
    ...conversion,
    webhook: {
      ...(webhookClientConfig ? { clientConfig: webhookClientConfig } : {}),
      conversionReviewVersions: conversionReviewVersions ?? [],
    },
  };
}

function toBetaSpec({
  versions = [],
  conversion,
  preserveUnknownFields = false,
  ...spec
}: CustomResourceDefinition['spec']): BetaSpec {
  const beta = versions.map(toBetaVersion);
  const [first] = beta;
  const shares = (member: 'schema' | 'subresources' | 'additionalPrinterColumns'): boolean =>
    first?.[member] !== undefined && beta.every((one) => deepEqual(one[member], first[member]));
  const { schema, subresources, additionalPrinterColumns } = first ?? {};
  const shared = {
    validation: shares('schema') ? schema : undefined,
    subresources: shares('subresources') ? subresources : undefined,
    additionalPrinterColumns: shares('additionalPrinterColumns')
      ? additionalPrinterColumns
      : undefined,
  };
  return {
    ...spec,
    ...withoutAbsent(shared),
    ...(conversion ? { conversion: toBetaConversion(conversion) } : {}),
    ...(first ? { version: first.name } : {}),
    preserveUnknownFields,
    versions: beta.map((version) => withoutShared(version, shared)),
  };
}

function withoutShared(version: BetaVersion, shared: Partial<BetaSpec>): BetaVersion {
  const { schema, subresources, additionalPrinterColumns, ...own } = version;
  return {
    ...own,
    ...withoutAbsent({
      schema: shared.validation ? undefined : schema,
      subresources: shared.subresources ? undefined : subresources,
      additionalPrinterColumns: shared.additionalPrinterColumns
        ? undefined
        : additionalPrinterColumns,
    }),
  };
}

function toBetaVersion({
  additionalPrinterColumns,
  ...version
}: CustomResourceDefinitionVersion): BetaVersion {
  if (!additionalPrinterColumns) return version;
  const columns = additionalPrinterColumns.map(
    ({ jsonPath, ...column }): BetaColumn => ({ ...column, JSONPath: jsonPath }),
  );
  return { ...version, additionalPrinterColumns: columns };
}

function toBetaConversion({ webhook, ...conversion }: CustomResourceConversion): BetaConversion {
  if (!webhook) return conversion;
  const { clientConfig, conversionReviewVersions } = webhook;
  return {
    ...conversion,
    ...(clientConfig ? { webhookClientConfig: clientConfig } : {}),
    conversionReviewVersions,
  };
}
