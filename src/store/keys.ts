import type { GroupResource } from '../scheme/resource.ts';
import type { ObjectKey } from './store.ts';

/** A resource as a map key. */
export function resourceId({ group, resource }: GroupResource): string {
  return `${group}/${resource}`;
}

/** An object's place as a map key: none of its parts can hold a slash. */
export function objectId({ group, resource, namespace, name }: ObjectKey): string {
  return `${group}/${resource}/${namespace}/${name}`;
}
