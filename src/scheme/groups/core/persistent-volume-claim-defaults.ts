import type { PersistentVolumeClaim } from '../../generated/types/core-v1.ts';
import { normalizeResourceList } from './pod-spec/container-defaults.ts';

/** Fills what a claim leaves out, and likewise a template of claims. */
export function applyClaimDefaults(claim: PersistentVolumeClaim): void {
  claim.status ??= {};
  claim.status.phase ??= 'Pending';
  if (!claim.spec) return;
  claim.spec.volumeMode ??= 'Filesystem';
  normalizeResourceList(claim.spec.resources?.requests);
  normalizeResourceList(claim.spec.resources?.limits);
}
