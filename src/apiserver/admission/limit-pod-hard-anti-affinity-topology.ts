import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { refusal } from './refuse.ts';

const HOSTNAME = 'kubernetes.io/hostname';

/** A Pod may keep others off its node, and not off its zone. */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  handles: concerning('pods', ['CREATE', 'UPDATE']),
  validate(request) {
    const { podAntiAffinity } = (request.object as Pod).spec?.affinity ?? {};
    const terms = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const wide = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
    if (!wide) return;
    throw refusal(
      request,
      `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey} but only key ${HOSTNAME} is allowed`,
    );
  },
};
