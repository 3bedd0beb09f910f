/** The claims of Pods for devices: which are to be made, who uses them, and which have served. Pure. */
import type { EventNote } from '../../machinery/event-recorder.ts';
import { CLAIM_FINALIZER, claimNameOf, MAX_CLAIM_CONSUMERS } from '../../scheme/device-claims.ts';
import { isApiError } from '../../scheme/errors.ts';
import type { Pod, PodResourceClaimStatus } from '../../scheme/generated/types/core-v1.ts';
import type {
  ResourceClaim,
  ResourceClaimConsumerReference,
  ResourceClaimTemplate,
} from '../../scheme/generated/types/resource-v1.ts';
import { controllerOf } from '../../scheme/object.ts';
import { withoutFinalizer } from '../shared/finalizers.ts';
import { controllerReference } from '../shared/owner-references.ts';
import { isPodTerminal } from '../shared/pods.ts';

/** On a claim that was made for a Pod: which of the Pod's claims it is. */
export const ANNOTATION_POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name';

const REASON_FAILED_CREATION = 'FailedResourceClaimCreation';

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

/** Of the Pod's own claims the one that was made for `name`, were it to go: until it is gone, no other is made. */
export function ownClaim(
  pod: Pod,
  claims: readonly ResourceClaim[],
  name: string,
): ResourceClaim | undefined {
  return claims.find(
    (claim) =>
      controllerOf(claim)?.uid === pod.metadata.uid &&
      claim.metadata.annotations?.[ANNOTATION_POD_CLAIM_NAME] === name,
  );
}

/** Leaves room in a name for the five characters that the API adds. */
const MAX_NAME_BASE = 57;

/** What the name of a claim begins with: of long names each is cut in proportion, so that both are still told. */
function nameBase(podName: string, claimName: string): string {
  const whole = `${podName}-${claimName}-`;
  if (whole.length <= MAX_NAME_BASE) return whole;
  const cut = (name: string): string =>
    name.slice(0, Math.floor((name.length * MAX_NAME_BASE) / whole.length));
  return `${cut(podName)}-${cut(claimName)}`;
}

export function newClaim(pod: Pod, { spec }: ResourceClaimTemplate, name: string): ResourceClaim {
  const { annotations, labels } = spec.metadata ?? {};
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: nameBase(pod.metadata.name ?? '', name),
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

/** Why a claim could not be made, in Kubernetes' words. */
export function creationFailure({ name, templateName }: TemplatedClaim, error: Error): EventNote {
  const isMissing = isApiError(error, 'NotFound');
  const why = isMissing
    ? `resource claim template "${templateName}": resourceclaimtemplate.resource.k8s.io "${templateName}" not found`
    : `create ResourceClaim : ${error.message}`;
  const message = `PodResourceClaim ${name}: ${why}`;
  return { type: 'Warning', reason: REASON_FAILED_CREATION, message };
}

/** What a Pod is to be looked at for: claims to be made, or to be reserved for it. @param find claims by name */
export function needsWork(pod: Pod, find: FindClaim): boolean {
  if (pod.metadata.deletionTimestamp || isPodDone(pod)) return false;
  const isMissing = (pod.spec?.resourceClaims ?? []).some((entry) => {
    const name = claimNameOf(pod, entry);
    if (!entry.resourceClaimTemplateName || name === null) return false;
    const claim = name === undefined ? undefined : find(name);
    return claim === undefined || !isOwnedBy(claim, pod);
  });
  return isMissing || unreservedClaims(pod, find).length > 0;
}

type FindClaim = (name: string) => ResourceClaim | undefined;

/**
 * The claims of a Pod that came to its node by another way than the scheduler's, and that are not reserved for it yet: the
 * kubelet waits for that. Only what devices are allocated for can be reserved.
 */
export function unreservedClaims(pod: Pod, find: FindClaim): readonly ResourceClaim[] {
  if (!pod.spec?.nodeName || pod.metadata.deletionTimestamp || isPodDone(pod)) return [];
  return (pod.spec.resourceClaims ?? []).flatMap((entry) => {
    const claim = find(claimNameOf(pod, entry) ?? '');
    if (!claim?.status?.allocation) return [];
    const isForeign = entry.resourceClaimTemplateName && !isOwnedBy(claim, pod);
    const { reservedFor = [] } = claim.status;
    const isReserved = reservedFor.some(({ uid }) => uid === pod.metadata.uid);
    return isForeign || isReserved || reservedFor.length >= MAX_CLAIM_CONSUMERS ? [] : [claim];
  });
}

export function reservedClaim(claim: ResourceClaim, { metadata }: Pod): ResourceClaim {
  const { name = '', uid = '' } = metadata;
  const reservedFor = [...(claim.status?.reservedFor ?? []), { resource: 'pods', name, uid }];
  return { ...claim, status: { ...claim.status, reservedFor } };
}

function isOwnedBy(claim: ResourceClaim, { metadata }: Pod): boolean {
  return controllerOf(claim)?.uid === metadata.uid;
}

/** Whether it has the claim no more. @param pod the one of that name; undefined when there is none */
export function isConsumerGone(
  { uid }: ResourceClaimConsumerReference,
  pod: Pod | undefined,
): boolean {
  return pod?.metadata.uid !== uid || isPodDone(pod);
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
  const { reservedFor = [], ...status } = claim.status ?? {};
  const users = reservedFor.filter(isInUse);
  const isForsaken = status.allocation && users.length === 0 && claim.metadata.deletionTimestamp;
  if (users.length === reservedFor.length && !isForsaken) return claim;
  if (users.length > 0) return { ...claim, status: { ...status, reservedFor: users } };
  // What was allocated by others than the scheduler is theirs to give back.
  if (!isProtected(claim)) return { ...claim, status };
  const { allocation: _, devices: __, ...rest } = status;
  return { ...claim, status: rest };
}

function isProtected({ metadata }: ResourceClaim): boolean {
  return metadata.finalizers?.includes(CLAIM_FINALIZER) === true;
}

/**
 * The claim without its finalizer once it was let go and nothing is allocated for it; the claim itself else. While it is wanted
 * it stays protected: whoever allocates protects first.
 * @param before the claim before its users were looked at
 */
export function unprotectedClaim(claim: ResourceClaim, before: ResourceClaim): ResourceClaim {
  const isLetGo = claim !== before || claim.metadata.deletionTimestamp !== undefined;
  if (!isLetGo || claim.status?.allocation) return claim;
  return withoutFinalizer(claim, CLAIM_FINALIZER);
}

/**
 * Whether the claim was made for a Pod that needs it no more, or that another one of its name has replaced.
 * @param namesake the Pod that has the name of the one it was made for; undefined when there is none, or it is not known yet
 */
export function hasServed(claim: ResourceClaim, namesake: Pod | undefined): boolean {
  const owner = controllerOf(claim);
  if (owner?.kind !== 'Pod' || !namesake) return false;
  if (claim.metadata.deletionTimestamp || claim.status?.reservedFor?.length) return false;
  return namesake.metadata.uid !== owner.uid || isPodDone(namesake);
}
