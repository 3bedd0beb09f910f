/**
 * Protection of PersistentVolumes: a volume outlives its deletion for as long as it is bound to a claim.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
import type { Controller } from '../../machinery/controller.ts';
import { corePersistentVolumes } from '../../scheme/generated/resources.ts';
import { PV_PROTECTION_FINALIZER } from '../../scheme/protection-finalizers.ts';
import { createInUseProtection } from '../shared/in-use-protection.ts';

const PHASE_BOUND = 'Bound';

export function createPvProtectionController(): Controller {
  return createInUseProtection({
    name: 'pv-protection',
    ref: corePersistentVolumes,
    finalizer: PV_PROTECTION_FINALIZER,
    setUp:
      () =>
      ({ status }) =>
        status?.phase === PHASE_BOUND,
  });
}
