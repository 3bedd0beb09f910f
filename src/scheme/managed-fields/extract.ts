import type { ApiObject } from '../object.ts';
import { EMPTY_SET } from './field-set.ts';
import { readManagers } from './managers.ts';
import { extractFields } from './merge.ts';
import type { Structure } from './structure.ts';

/**
 * What `manager` last applied to the object, as a configuration that it can change and apply again; without fields when it
 * applied nothing. `object` is in the version that it was applied in.
 */
export function extractConfiguration(
  object: ApiObject,
  { manager, subresource = '' }: { readonly manager: string; readonly subresource?: string },
  structure: Structure,
): ApiObject {
  const applier = readManagers(object.metadata.managedFields).find(
    (each) =>
      each.manager === manager && each.operation === 'Apply' && each.subresource === subresource,
  );
  const extracted = extractFields(object, applier?.fields ?? EMPTY_SET, structure);
  const { name, namespace } = object.metadata;
  const place = { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) };
  const metadata = { ...place, ...(extracted.metadata as object | undefined) };
  return { ...extracted, apiVersion: object.apiVersion, kind: object.kind, metadata };
}
