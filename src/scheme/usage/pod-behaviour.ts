import type { Node, Pod } from '../generated/types/core-v1.ts';
import type { ApiObject } from '../object.ts';
import type { GroupResource } from '../resource.ts';

/** How Pods behave by what other objects say of them. */
export interface PodBehaviour {
  /** Which objects those are. */
  readonly reads: GroupResource;
  /** The Pod with what they say, as if it said so itself. */
  seen(pod: Pod, node: Node | undefined, says: readonly ApiObject[]): Pod;
}
