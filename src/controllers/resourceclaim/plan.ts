/** The claims of Pods for devices: which are to be made, who uses them, and which have served. Pure. */
import { CLAIM_FINALIZER } from '../../scheme/device-claims.ts';
import type { Pod, PodResourceClaimStatus } from '../../scheme/generated/types/core-v1.ts';
import type {
  ResourceClaim,
  ResourceClaimConsumerReference,
  ResourceClaimTemplate,
} from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf } from '../../scheme/object.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { isPodTerminal } from '../shared/pods.ts';

/** On a claim that was made for a Pod: which of the Pod's claims it is. */
export const ANNOTATION_POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name';

/** A claim that a Pod wants made from a template. */
export interface TemplatedClaim {
  /** As the Pod calls it. */
  readonly name: string;
  readonly templateName: string;
}

/** Whether it needs no devices any more: it has ended, or goes without ever having had a node. */
export function isPodDone(pod: Pod): boolean {
  return isPodTerminal(pod) || (!!pod.metadata.deletionTimestamp && !pod.spec?.nodeName);
}

/** What is to be made for the Pod, whether or not it has been. */
export function templatedClaims(pod: Pod): readonly TemplatedClaim[] {
  if (pod.metadata.deletionTimestamp || isPodDone(pod)) return [];
  return (pod.spec?.resourceClaims ?? []).flatMap(({ name, resourceClaimTemplateName }) =>
    resourceClaimTemplateName ? [{ name, templateName: resourceClaimTemplateName }] : [],
  );
}

/** Of the Pod's own claims the one that was made for `name`. */
export function ownClaim(
  pod: Pod,
  claims: readonly ResourceClaim[],
  name: string,
): ResourceClaim | undefined {
  return claims.find(
    (claim) =>
      controllerOf(claim)?.uid === pod.metadata.uid &&
      !claim.metadata.deletionTimestamp &&
      claim.metadata.annotations?.[ANNOTATION_POD_CLAIM_NAME] === name,
  );
}

export function newClaim(pod: Pod, { spec }: ResourceClaimTemplate, name: string): ResourceClaim {
  const { annotations, labels } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: `${pod.metadata.name}-${name}-`,
      namespace: pod.metadata.namespace ?? '',
      annotations: { ...annotations, [ANNOTATION_POD_CLAIM_NAME]: name },
      ...(labels ? { labels } : {}),
      ownerReferences: [controllerReference(pod)],
    },
    spec: spec.spec,
  };
}

/** What the Pod's status says of the claims that were made for it; undefined where it says so already. */
export function claimStatuses(
  { status }: Pod,
  claimNames: ReadonlyMap<string, string>,
): readonly PodResourceClaimStatus[] | undefined {
  const before = status?.resourceClaimStatuses ?? [];
  const isSaid = [...claimNames].every(([name, resourceClaimName]) =>
    before.some((one) => one.name === name && one.resourceClaimName === resourceClaimName),
  );
  if (isSaid) return undefined;
  const others = before.filter(({ name }) => !claimNames.has(name));
  const own = [...claimNames].map(([name, resourceClaimName]) => ({ name, resourceClaimName }));
  return [...others, ...own];
}

export function isPodReference({ apiGroup, resource }: ResourceClaimConsumerReference): boolean {
  return (apiGroup ?? '') === '' && resource === 'pods';
}

/**
 * The claim without those who do not use it any more; without any left its devices are given back. The claim itself where all
 * of them do.
 */
export function releasedClaim(
  claim: ResourceClaim,
  isInUse: (consumer: ResourceClaimConsumerReference) => boolean,
): ResourceClaim {
  const { allocation, devices, reservedFor = [], ...status } = claim.status ?? {};
  const users = reservedFor.filter(isInUse);
  const isForsaken = allocation && users.length === 0 && claim.metadata.deletionTimestamp;
  if (users.length === reservedFor.length && !isForsaken) return claim;
  if (users.length === 0) return { ...claim, status };
  return {
    ...claim,
    status: {
      ...status,
      ...(allocation ? { allocation } : {}),
      ...(devices ? { devices } : {}),
      reservedFor: users,
    },
  };
}

/** The claim without its finalizer once nothing is allocated for it; the claim itself while something is. */
export function unprotectedClaim(claim: ResourceClaim): ResourceClaim {
  const { finalizers = [] } = claim.metadata;
  if (claim.status?.allocation || !finalizers.includes(CLAIM_FINALIZER)) return claim;
  const others = finalizers.filter((one) => one !== CLAIM_FINALIZER);
  return { ...claim, metadata: { ...claim.metadata, finalizers: others } };
}

/** Whether the claim was made for a Pod that needs it no more. @param owner that Pod; undefined when it is gone */
export function hasServed(claim: ResourceClaim, owner: Pod | undefined): boolean {
  if (claim.metadata.annotations?.[ANNOTATION_POD_CLAIM_NAME] === undefined) return false;
  if (claim.metadata.deletionTimestamp || claim.status?.reservedFor?.length) return false;
  return owner !== undefined && isPodDone(owner);
}
