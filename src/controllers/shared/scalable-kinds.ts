import type { ResourceDefinition } from '../../scheme/resource.ts';

/** Whether objects of the resource say, and are told, how many replicas they have. Pure. */
export function hasScale({ subresources }: ResourceDefinition): boolean {
  return subresources.some(({ name }) => name === 'scale');
}
