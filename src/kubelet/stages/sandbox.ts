import type { Pod, PodStatus } from '../../scheme/generated/types/core-v1.ts';
import { networkNotReadyNote } from '../notes.ts';
import type { PodContext, PodTransition } from '../stage.ts';
import { mountProblem } from './starting.ts';

type Addresses = Pick<PodStatus, 'podIP' | 'podIPs'>;

/** The Pod's addresses: what it has, the node's own for a Pod on the host's network, or free ones. */
export function sandboxAddresses({ spec, status }: Pod, ctx: PodContext): Addresses {
  if (status?.podIP !== undefined) return {};
  const ips = spec?.hostNetwork ? status?.hostIPs?.map(({ ip }) => ip) : ctx.assignPodIps();
  const [first] = ips ?? [];
  return first === undefined ? {} : { podIP: first, podIPs: ips?.map((ip) => ({ ip })) };
}

/** Why the Pod's first containers cannot start yet: a volume is missing, or an address. */
export function sandboxProblem(pod: Pod, ctx: PodContext): PodTransition | undefined {
  const problem = mountProblem(pod, ctx);
  if (problem || pod.status?.podIP !== undefined || pod.spec?.hostNetwork) return problem;
  return ctx.assignPodIps() ? undefined : { events: [networkNotReadyNote()], waits: true };
}
