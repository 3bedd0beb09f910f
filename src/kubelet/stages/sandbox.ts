import type { Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import type { PodContext } from '../stage.ts';

type Addresses = Pick<PodStatus, 'podIP' | 'podIPs'>;

/** The Pod's addresses: what it has, the node's own for a Pod on the host's network, or a free one. */
export function sandboxAddresses({ spec, status }: Pod, ctx: PodContext): Addresses {
  if (status?.podIP !== undefined) return {};
  const address = spec?.hostNetwork ? status?.hostIP : ctx.assignPodIp();
  return address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] };
}
