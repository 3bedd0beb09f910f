import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { AdmissionOperation, AdmissionPlugin } from './plugin.ts';

/**
 * What most plugins are concerned with: some operations on the objects of one resource.
 * @param resource `pods`, `ingresses.networking.k8s.io`
 * @param subresource '' for the objects themselves
 */
export function concerning(
  resource: string,
  operations: readonly AdmissionOperation[],
  subresource = '',
): AdmissionPlugin['handles'] {
  return (definition, operation, given) =>
    given === subresource && operations.includes(operation) && isResource(definition, resource);
}

export function isResource({ group, resource }: ResourceDefinition, name: string): boolean {
  return name === (group === '' ? resource : `${resource}.${group}`);
}
