import { deepEqual } from '../../../lib/deep-equal.ts';
import { notFound } from '../../../scheme/errors.ts';
import type { Pod, PodSpec } from '../../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { refusal } from '../refuse.ts';

export const NODES: GroupResource = { group: '', resource: 'nodes' };
export const PODS: GroupResource = { group: '', resource: 'pods' };
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** A node makes known the Pods that it runs from files, changes its own, and removes them. */
export function checkPod(request: AdmissionRequest, nodeName: string): void {
  if (request.operation === 'CREATE') {
    checkMirrorPod(request, nodeName);
    return;
  }
  if (request.operation === 'DELETE') {
    if ((request.object as Pod).spec?.nodeName === nodeName) return;
    throw refusal(
      request,
      `node "${nodeName}" can only delete pods with spec.nodeName set to itself`,
    );
  }
  throw refusal(
    request,
    `unexpected operation "${request.operation}", node "${nodeName}" can only create and delete mirror pods`,
  );
}

function checkMirrorPod(request: AdmissionRequest, nodeName: string): void {
  const { metadata, spec } = request.object as Pod;
  const node = `node "${nodeName}"`;
  if (metadata.annotations?.[MIRROR_ANNOTATION] === undefined) {
    const why = `pod does not have "${MIRROR_ANNOTATION}" annotation, ${node} can only create mirror pods`;
    throw refusal(request, why);
  }
  if (spec?.nodeName !== nodeName) {
    throw refusal(request, `${node} can only create pods with spec.nodeName set to itself`);
  }
  checkOwner(request, nodeName);
  const [referenced] = referencesIn(spec);
  if (referenced)
    throw refusal(request, `${node} can not create pods that reference ${referenced}`);
}

function checkOwner(request: AdmissionRequest, nodeName: string): void {
  const { ownerReferences = [] } = request.object.metadata;
  const [owner] = ownerReferences;
  const node = `node "${nodeName}"`;
  if (ownerReferences.length > 1) {
    const why = `${node} can only create pods with a single owner reference set to itself`;
    throw refusal(request, why);
  }
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== nodeName) {
    const why = `${node} can only create pods with an owner reference set to itself`;
    throw refusal(request, why);
  }
  if (!owner.controller) {
    const why = `${node} can only create pods with a controller owner reference set to itself`;
    throw refusal(request, why);
  }
  if (owner.blockOwnerDeletion) {
    throw refusal(request, `${node} must not set blockOwnerDeletion on an owner reference`);
  }
  const known = request.state.cache(NODES).get('', nodeName);
  if (!known) throw notFound({ ...NODES, name: nodeName });
  if (owner.uid === known.metadata.uid) return;
  const why = `node ${nodeName} UID mismatch: expected ${owner.uid} got ${known.metadata.uid}`;
  throw refusal(request, why);
}

/** What a Pod from a file may not reach through its node, in the order in which it is looked for. */
function* referencesIn(spec: PodSpec): Generator<string> {
  const volumes = spec.volumes ?? [];
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  const containers = [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  const env = containers.flatMap((each) => each.env ?? []);
  const envFrom = containers.flatMap((each) => each.envFrom ?? []);
  if (spec.serviceAccountName) yield 'a service account';
  if (
    spec.imagePullSecrets?.length ||
    volumes.some(({ secret }) => secret) ||
    sources.some(({ secret }) => secret) ||
    env.some(({ valueFrom }) => valueFrom?.secretKeyRef) ||
    envFrom.some(({ secretRef }) => secretRef)
  ) {
    yield 'secrets';
  }
  if (
    volumes.some(({ configMap }) => configMap) ||
    sources.some(({ configMap }) => configMap) ||
    env.some(({ valueFrom }) => valueFrom?.configMapKeyRef) ||
    envFrom.some(({ configMapRef }) => configMapRef)
  ) {
    yield 'configmaps';
  }
  if (sources.some(({ clusterTrustBundle }) => clusterTrustBundle)) yield 'clustertrustbundles';
  if (volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim)) {
    yield 'persistentvolumeclaims';
  }
}

export function checkPodStatus(request: AdmissionRequest, nodeName: string): void {
  const next = request.object as Pod;
  const current = request.current as Pod;
  if (current.spec?.nodeName !== nodeName) {
    throw refusal(
      request,
      `node "${nodeName}" can only update pod status for pods with spec.nodeName set to itself`,
    );
  }
  if (!deepEqual(next.metadata.labels ?? {}, current.metadata.labels ?? {})) {
    throw refusal(request, `node "${nodeName}" cannot update labels through pod status`);
  }
  const claims = next.status?.resourceClaimStatuses ?? [];
  if (deepEqual(claims, current.status?.resourceClaimStatuses ?? [])) return;
  throw refusal(request, `node "${nodeName}" cannot update resource claim statues`);
}

export function checkEviction(request: AdmissionRequest, nodeName: string): void {
  const { namespace, name } = request;
  const pod = request.state.cache(PODS).get(namespace, name) as Pod | undefined;
  if (!pod) throw notFound({ ...PODS, namespace, name });
  if (pod.spec?.nodeName === nodeName) return;
  throw refusal(request, `node ${nodeName} can only evict pods with spec.nodeName set to itself`);
}
