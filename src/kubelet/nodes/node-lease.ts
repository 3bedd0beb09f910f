import type { NewObject } from '../../apiserver/client.ts';
import { toRfc3339Micro } from '../../lib/clock.ts';
import type { Lease } from '../../scheme/generated/types/coordination-v1.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import type { OwnerReference } from '../../scheme/object.ts';
import type { KubeletSettings } from '../settings.ts';

export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/**
 * Jobs start late, on a fast clock by seconds, and the next one keeps to the rhythm all the same: a lease that is half its way
 * to its renewal is renewed.
 */
const RENEWAL_SLACK = 0.5;

export function isRenewalDue(
  lease: Lease | undefined,
  nowMs: number,
  settings: KubeletSettings,
): boolean {
  const renewedMs = Date.parse(lease?.spec?.renewTime ?? '');
  return !(nowMs - renewedMs < settings.leaseRenewMs * RENEWAL_SLACK);
}

export function newLease(node: Node, nowMs: number, settings: KubeletSettings): NewObject<Lease> {
  return {
    metadata: {
      namespace: NODE_LEASE_NAMESPACE,
      name: node.metadata.name ?? '',
      ownerReferences: [ownerReferenceTo(node)],
    },
    spec: leaseSpec(node, nowMs, settings),
  };
}

export function renewedLease(
  lease: Lease,
  node: Node,
  nowMs: number,
  settings: KubeletSettings,
): Lease {
  const owner = lease.metadata.ownerReferences?.[0];
  // A node that was deleted and made anew keeps the lease of its name, not its owner.
  const metadata =
    owner?.uid === node.metadata.uid
      ? lease.metadata
      : { ...lease.metadata, ownerReferences: [ownerReferenceTo(node)] };
  return { ...lease, metadata, spec: { ...lease.spec, ...leaseSpec(node, nowMs, settings) } };
}

function leaseSpec({ metadata }: Node, nowMs: number, settings: KubeletSettings): Lease['spec'] {
  return {
    holderIdentity: metadata.name ?? '',
    leaseDurationSeconds: settings.leaseDurationSeconds,
    renewTime: toRfc3339Micro(nowMs),
  };
}

/** Says that something is the node's. */
export function ownerReferenceTo({ metadata }: Node): OwnerReference {
  return { apiVersion: 'v1', kind: 'Node', name: metadata.name ?? '', uid: metadata.uid ?? '' };
}
