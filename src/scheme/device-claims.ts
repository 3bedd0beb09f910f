/** What Pods, claims and devices say of each other: for whoever makes claims and whoever allocates devices. */
import type { Pod, PodResourceClaim } from './generated/types/core-v1.ts';

/** Holds a claim while devices are allocated for it. */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection';

/** How many may have a claim reserved for them at once. */
export const MAX_CLAIM_CONSUMERS = 256;

/**
 * The name of the claim behind one entry of a Pod's `spec.resourceClaims`: undefined while it has not been made, null where
 * the Pod turned out to need none.
 */
export function claimNameOf(
  { status }: Pod,
  { name, resourceClaimName }: PodResourceClaim,
): string | null | undefined {
  if (resourceClaimName) return resourceClaimName;
  const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
  return made ? (made.resourceClaimName ?? null) : undefined;
}

/** The names of the claims that the Pod has by now, the one for its extended resources with them. */
export function deviceClaimNames(pod: Pod): readonly string[] {
  const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
  return [
    ...(pod.spec?.resourceClaims ?? []).flatMap((one) => claimNameOf(pod, one) ?? []),
    ...(extended ? [extended] : []),
  ];
}
