import type { Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import type { PodContext } from '../stage.ts';

type Addresses = Pick<PodStatus, 'podIP' | 'podIPs'>;

/** The Pod's addresses: what it has, the node's own for a Pod on the host's network, or free ones. */
export function sandboxAddresses({ spec, status }: Pod, ctx: PodContext): Addresses {
  if (status?.podIP !== undefined) return {};
  const ips = spec?.hostNetwork ? status?.hostIPs?.map(({ ip }) => ip) : ctx.assignPodIps();
  const [first] = ips ?? [];
  return first === undefined ? {} : { podIP: first, podIPs: ips?.map((ip) => ({ ip })) };
}
