import type { ResourceDefinition } from '../../../scheme/resource.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** The request as expressions and webhooks see it, without its objects: Kubernetes' `AdmissionRequest`. */
export interface RequestAttributes {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: GroupVersionResource;
  readonly subResource: string;
  readonly requestKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly requestResource: GroupVersionResource;
  readonly requestSubResource: string;
  readonly name: string;
  readonly namespace: string;
  readonly operation: string;
  readonly userInfo: object;
  readonly dryRun: boolean;
  readonly options: object | null;
}

interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

const OPTION_KINDS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** `definition` is the version that the rule names, in which the objects are shown. */
export function requestAttributes(
  request: AdmissionRequest,
  definition: ResourceDefinition,
): RequestAttributes {
  const { requestResource, subresource, name, namespace, operation, isDryRun } = request;
  return {
    kind: kindOf(request, definition),
    resource: gvr(definition),
    subResource: subresource,
    requestKind: kindOf(request, requestResource),
    requestResource: gvr(requestResource),
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: userInfoOf(request),
    dryRun: isDryRun,
    options: optionsOf(request),
  };
}

function gvr({ group, version, resource }: ResourceDefinition): GroupVersionResource {
  return { group, version, resource };
}

function kindOf({ kind, resource, subresource }: AdmissionRequest, definition: ResourceDefinition) {
  if (kind === resource.kind) {
    return { group: definition.group, version: definition.version, kind: definition.kind };
  }
  const own = definition.subresources.find(({ name }) => name === subresource)?.kind;
  return own ?? { group: definition.group, version: definition.version, kind };
}

function userInfoOf({ user }: AdmissionRequest): object {
  const { name, uid, groups, extra } = user;
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra ? { extra } : {}),
  };
}

function optionsOf({ operation, options }: AdmissionRequest): object | null {
  if (operation === 'CONNECT') return null;
  const { fieldManager, dryRun, gracePeriodSeconds, propagationPolicy, preconditions } = options;
  return {
    kind: OPTION_KINDS[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(fieldManager === undefined ? {} : { fieldManager }),
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}
