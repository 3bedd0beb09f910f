import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  corePersistentVolumeClaims,
  corePersistentVolumes,
} from '../../scheme/generated/resources.ts';
import type { Node, PersistentVolumeClaim } from '../../scheme/generated/types/core-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import {
  ANNOTATION_BOUND_BY_CONTROLLER,
  ANNOTATION_SELECTED_NODE,
} from '../../scheme/storage/annotations.ts';
import { type ClaimWait, waitForClaim } from '../claim-waits.ts';
import { reaches, type VolumePlan } from './pod-volumes.ts';
import { isBound, type VolumeState } from './volume-state.ts';

export interface BindVolumesOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly state: VolumeState;
  readonly timeoutMs: number;
  /** The node that the pod is to go to; undefined when it is gone meanwhile. */
  readonly node: () => Node | undefined;
  /** Whether the pod is gone meanwhile: what is promised to it is given back. */
  readonly isPodGone: () => boolean;
}

/** How often it is looked for a pod that is gone. */
const POLL_MS = 1_000;

/** Says where volumes are needed, and waits until the binder and the provisioner have done their part. */
export async function bindVolumes(
  { bindings, provisioned }: VolumePlan,
  nodeName: string,
  options: BindVolumesOptions,
): Promise<void> {
  const { client } = options;
  const claims = [...bindings.map(({ claim }) => claim), ...provisioned];
  const waits = claims.map((claim) => untilBound(claim, nodeName, options));
  const all = Promise.all(waits.map(({ done }) => done));
  try {
    await Promise.all([
      ...bindings.map(({ claim, volume }) => {
        const { name, namespace, uid, resourceVersion } = claim.metadata;
        const kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
        const claimRef = { ...kind, name, namespace, uid, resourceVersion };
        const annotations = { [ANNOTATION_BOUND_BY_CONTROLLER]: 'yes' };
        return client.patch(
          corePersistentVolumes,
          { name: volume.metadata.name ?? '' },
          {
            type: 'merge',
            patch: {
              metadata: { annotations, resourceVersion: volume.metadata.resourceVersion },
              spec: { claimRef },
            },
          },
        );
      }),
      ...provisioned.map(({ metadata: { name = '', namespace } }) =>
        client.patch(
          corePersistentVolumeClaims,
          { namespace, name },
          {
            type: 'merge',
            patch: { metadata: { annotations: { [ANNOTATION_SELECTED_NODE]: nodeName } } },
          },
        ),
      ),
      all,
    ]);
  } finally {
    for (const { stop } of waits) stop();
  }
}

/** Resolves when the claim is bound to what its node reaches; rejects when it is gone, when the node was given up, or when time is up. */
function untilBound(
  { metadata: { namespace, name = '' } }: PersistentVolumeClaim,
  nodeName: string,
  { clock, isPodGone, node, state, timeoutMs }: BindVolumesOptions,
): ClaimWait {
  let wasSelected = false;
  return waitForClaim({
    isOver: () => {
      if (isPodGone()) throw failure('pod does not exist any more');
      const claim = state.claim(namespace, name);
      if (!claim) throw failure(`pvc "${name}" is being deleted`);
      if (isBound(claim)) return isInReach(claim, node(), state);
      const isSelected = claim.metadata.annotations?.[ANNOTATION_SELECTED_NODE] === nodeName;
      if (wasSelected && !isSelected) throw failure(`provisioning failed for PVC "${name}"`);
      wasSelected ||= isSelected;
      return false;
    },
    listen: (listener) => state.onClaim(namespacedKey(namespace, name), listener),
    clock,
    timeoutMs,
    pollMs: POLL_MS,
    timeoutMessage: failure('context deadline exceeded').message,
  });
}

/** Whoever made the volume may have made it elsewhere. */
function isInReach(
  { spec }: PersistentVolumeClaim,
  node: Node | undefined,
  state: VolumeState,
): boolean {
  const name = spec?.volumeName ?? '';
  const volume = state.volume(name);
  if (!volume || !node || reaches(volume, node)) return true;
  throw failure(
    `pv "${name}" node affinity doesn't match node "${node.metadata.name}": no matching NodeSelectorTerms`,
  );
}

function failure(reason: string): Error {
  return new Error(`binding volumes: ${reason}`);
}
