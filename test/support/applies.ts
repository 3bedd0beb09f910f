import type { ApiClient } from '../../src/apiserver/client.ts';
import { coreConfigMaps } from '../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../src/scheme/object.ts';

/** Applies data of the ConfigMap `a`. */
export async function applyData(
  client: ApiClient,
  fieldManager: string,
  data: Record<string, string>,
  force = false,
) {
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', data };
  const patch = { type: 'apply', configuration, force } as const;
  return client.patch(coreConfigMaps, { namespace: 'default', name: 'a' }, patch, { fieldManager });
}

/** `MANAGER OPERATION [SUBRESOURCE]: FIELDS`, without times. */
export function owners({ metadata }: ApiObject): string[] {
  return (metadata.managedFields ?? []).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager} ${operation}${subresource ? ` ${subresource}` : ''}: ${fieldsV1}`,
  );
}
