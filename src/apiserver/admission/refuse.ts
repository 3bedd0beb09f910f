import { type ApiError, forbidden } from '../../scheme/errors.ts';
import { isGeneratedName } from '../registry/object-metadata.ts';
import type { AdmissionRequest } from './plugin.ts';

/** The refusal of a request, in Kubernetes' words: `pods "web" is forbidden: WHY`. */
export function refusal(
  { resource, namespace, name }: Pick<AdmissionRequest, 'resource' | 'namespace' | 'name'>,
  why: string,
): ApiError {
  return forbidden({ group: resource.group, resource: resource.resource, namespace, name }, why);
}

/**
 * The refusal by a plugin that may change the object. Kubernetes generates names after those, and its message tells what the
 * name would have been made of (`pods "web-" is forbidden: WHY`): the same whenever a controller tries again, so that its
 * Events are one with a count.
 */
export function earlyRefusal(request: AdmissionRequest, why: string): ApiError {
  const { name, namespace, object, resource } = request;
  const { generateName = '' } = object.metadata;
  const isGenerated = generateName !== '' && isGeneratedName(name, generateName);
  return refusal({ resource, namespace, name: isGenerated ? generateName : name }, why);
}
