import type { ApiRequest } from '../api-request.ts';

/** The path under which Kubernetes' REST API has what the request is about. */
export function requestUri({ ref, namespace, name, subresource, verb }: ApiRequest): string {
  const { group, version, resource, namespaced } = ref;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name && verb !== 'create' ? `/${encodeURIComponent(name)}` : '';
  const named = name && subresource ? `/${encodeURIComponent(name)}/${subresource}` : object;
  return `${root}${place}/${resource}${named}`;
}
