import type { Informer } from '../../machinery/informer.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { ResourceClaim } from '../../scheme/generated/types/resource-v1.ts';

/** What is looked at for Pods and for claims. */
export interface DeviceWorld {
  readonly pods: Informer<Pod>;
  readonly claims: Informer<ResourceClaim>;
}
