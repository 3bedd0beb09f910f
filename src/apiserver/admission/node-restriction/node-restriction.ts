import { deepEqual } from '../../../lib/deep-equal.ts';
import { notFound } from '../../../scheme/errors.ts';
import type { TokenRequest } from '../../../scheme/generated/types/authentication-v1.ts';
import type { Node, PersistentVolumeClaim, Pod } from '../../../scheme/generated/types/core-v1.ts';
import { qualifiedName } from '../../../scheme/resource.ts';
import { nodeNameOf } from '../../authentication/identities.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { refusal } from '../refuse.ts';
import { forbiddenLabels } from './labels.ts';
import { checkEviction, checkPod, checkPodStatus, NODES, PODS } from './pods.ts';

const NODE_LEASES = 'kube-node-lease';

type Check = (request: AdmissionRequest, nodeName: string) => void;

/** By resource and subresource. What is not here a kubelet may do as its role says. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['pods', checkPod],
  ['pods/status', checkPodStatus],
  ['pods/eviction', checkEviction],
  ['nodes', checkNode],
  ['nodes/status', checkNode],
  ['persistentvolumeclaims/status', checkClaimStatus],
  ['serviceaccounts/token', checkToken],
  ['leases.coordination.k8s.io', checkLease],
  ['csinodes.storage.k8s.io', checkCsiNode],
  ['resourceslices.resource.k8s.io', checkResourceSlice],
]);

/**
 * Holds each kubelet to its own node and to the Pods on it, so that whoever breaks into one machine has not broken into all.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  reads: [NODES, PODS],
  handles: (resource, operation, subresource) =>
    operation !== 'CONNECT' && checkOf(qualifiedName(resource), subresource) !== undefined,
  admit(request) {
    const nodeName = nodeNameOf(request.user);
    if (nodeName === undefined) return;
    if (nodeName === '') {
      throw refusal(request, `could not determine node from user "${request.user.name}"`);
    }
    checkOf(qualifiedName(request.resource), request.subresource)?.(request, nodeName);
  },
};

function checkOf(resource: string, subresource: string): Check | undefined {
  return CHECKS.get(subresource ? `${resource}/${subresource}` : resource);
}

function checkNode(request: AdmissionRequest, nodeName: string): void {
  const { name, operation, object, current } = request;
  if (name !== nodeName) {
    throw refusal(request, `node "${nodeName}" is not allowed to modify node "${name}"`);
  }
  if (operation === 'CREATE') checkNewNode(request, object as Node, nodeName);
  if (operation === 'UPDATE') checkNodeUpdate(request, object as Node, current as Node);
}

function checkNewNode(request: AdmissionRequest, node: Node, nodeName: string): void {
  if (node.spec?.configSource) {
    const why = `node "${nodeName}" is not allowed to create pods with a non-nil configSource`;
    throw refusal(request, why);
  }
  const labels = forbiddenLabels(node.metadata.labels);
  if (labels.length === 0) return;
  const why = `node "${nodeName}" is not allowed to set the following labels: ${labels.join(', ')}`;
  throw refusal(request, why);
}

function checkNodeUpdate(request: AdmissionRequest, next: Node, current: Node): void {
  const { name } = request;
  const { configSource } = next.spec ?? {};
  if (configSource && !deepEqual(configSource, current.spec?.configSource)) {
    const why = `node "${name}" is not allowed to update configSource to a new non-nil configSource`;
    throw refusal(request, why);
  }
  if (!deepEqual(next.spec?.taints ?? [], current.spec?.taints ?? [])) {
    throw refusal(request, `node "${name}" is not allowed to modify taints`);
  }
  const { ownerReferences = [] } = next.metadata;
  if (!deepEqual(ownerReferences, current.metadata.ownerReferences ?? [])) {
    throw refusal(request, `node "${name}" is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenLabels(next.metadata.labels, current.metadata.labels);
  if (labels.length === 0) return;
  throw refusal(request, `is not allowed to modify labels: ${labels.join(', ')}`);
}

/** How far an expansion has come is for the node to say, and nothing else. */
function checkClaimStatus(request: AdmissionRequest, nodeName: string): void {
  const withoutProgress = ({ metadata, spec, status }: PersistentVolumeClaim): object => {
    const { resourceVersion: _, managedFields: __, ...rest } = metadata;
    return {
      metadata: rest,
      spec,
      status: {
        ...status,
        capacity: undefined,
        conditions: undefined,
        allocatedResources: undefined,
        allocatedResourceStatuses: undefined,
      },
    };
  };
  const next = withoutProgress(request.object as PersistentVolumeClaim);
  if (deepEqual(next, withoutProgress(request.current as PersistentVolumeClaim))) return;
  const why = `node "${nodeName}" is not allowed to update fields other than status.capacity and status.conditions`;
  throw refusal(request, why);
}

/** A node gets tokens for the Pods that run on it, and only for them. */
function checkToken(request: AdmissionRequest, nodeName: string): void {
  const { namespace, operation, object, state } = request;
  if (operation !== 'CREATE') return;
  const reference = (object as unknown as TokenRequest).spec?.boundObjectRef;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    throw refusal(request, 'node requested token not bound to a pod');
  }
  if (!reference.uid) {
    throw refusal(request, 'node requested token with a pod binding without a uid');
  }
  const pod = state.cache(PODS).get(namespace, reference.name) as Pod | undefined;
  if (!pod) throw notFound({ ...PODS, namespace, name: reference.name });
  if (reference.uid !== pod.metadata.uid) {
    const why = `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw refusal(request, why);
  }
  if (pod.spec?.nodeName === nodeName) return;
  throw refusal(request, 'node requested token bound to a pod scheduled on a different node');
}

function checkLease(request: AdmissionRequest, nodeName: string): void {
  if (request.namespace !== NODE_LEASES) {
    const why = `can only access leases in the "${NODE_LEASES}" system namespace`;
    throw refusal(request, why);
  }
  if (request.name === nodeName) return;
  const why = 'can only access node lease with the same name as the requesting node';
  throw refusal(request, why);
}

function checkCsiNode(request: AdmissionRequest, nodeName: string): void {
  if (request.name === nodeName) return;
  const why = 'can only access CSINode with the same name as the requesting node';
  throw refusal(request, why);
}

function checkResourceSlice(request: AdmissionRequest, nodeName: string): void {
  const { spec } = request.object as { spec?: { nodeName?: string } };
  if (spec?.nodeName === nodeName) return;
  const what = request.operation === 'DELETE' ? 'delete' : 'create';
  const why = `can only ${what} ResourceSlice with the same NodeName as the requesting node`;
  throw refusal(request, why);
}
