import { ApiError, forbidden, notFound } from '../../scheme/errors.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';

export const NAMESPACES: GroupResource = { group: '', resource: 'namespaces' };

/** Whoever could delete these would cut off the control plane's own ground. */
const IMMORTAL_NAMESPACES = new Set(['default', 'kube-system', 'kube-public']);

/** The cause by which clients recognise a create that came too late. */
export const CAUSE_NAMESPACE_TERMINATING = 'NamespaceTerminating';

/**
 * Objects come into being only in namespaces that exist and are not being deleted. The namespace is guarded until the
 * commit, so that a create and a deletion of its namespace cannot pass each other: what the namespace controller finds is
 * all there is.
 */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  reads: [NAMESPACES],
  handles(resource, operation, subresource) {
    if (operation === 'DELETE') return isNamespaces(resource);
    return operation === 'CREATE' && subresource === '' && resource.namespaced;
  },
  admit(request) {
    if (request.operation === 'DELETE') assertMortal(request);
    else assertNamespaceOpen(request);
  },
};

function isNamespaces({ group, resource }: GroupResource): boolean {
  return group === '' && resource === 'namespaces';
}

function assertMortal({ name }: AdmissionRequest): void {
  if (!IMMORTAL_NAMESPACES.has(name)) return;
  throw forbidden({ ...NAMESPACES, name }, 'this namespace may not be deleted');
}

function assertNamespaceOpen(request: AdmissionRequest): void {
  const { namespace, state } = request;
  const stored = state.cache(NAMESPACES).get('', namespace);
  if (!stored) {
    if (state.pending(NAMESPACES, '', namespace)) return;
    throw notFound({ ...NAMESPACES, name: namespace });
  }
  if (isTerminating(stored)) throw terminating(request);
  state.guard(NAMESPACES, stored);
}

function isTerminating(namespace: ApiObject): boolean {
  return namespace.metadata.deletionTimestamp !== undefined;
}

function terminating({ resource, namespace, name }: AdmissionRequest): ApiError {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return new ApiError('Forbidden', `${qualifiedName(resource)} "${name}" is forbidden: ${why}`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.resource,
    causes: [
      {
        reason: CAUSE_NAMESPACE_TERMINATING,
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
