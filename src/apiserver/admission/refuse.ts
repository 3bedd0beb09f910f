import { type ApiError, forbidden } from '../../scheme/errors.ts';
import type { AdmissionRequest } from './plugin.ts';

/** The refusal of a request, in Kubernetes' words: `pods "web" is forbidden: WHY`. */
export function refusal(
  { resource, namespace, name }: Pick<AdmissionRequest, 'resource' | 'namespace' | 'name'>,
  why: string,
): ApiError {
  return forbidden({ group: resource.group, resource: resource.resource, namespace, name }, why);
}
