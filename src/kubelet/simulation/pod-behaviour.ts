import { simulationStages } from '../../scheme/groups/simulation/definitions.ts';
import type { Stage } from '../../scheme/groups/simulation/types.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { PodBehaviour } from '../../scheme/usage/pod-behaviour.ts';
import { StageCatalog } from './stage-catalog.ts';

/** How stages let Pods behave, for who asks what they use; undefined where stages are not served. */
export function createPodBehaviour(scheme: Scheme): PodBehaviour | undefined {
  const { group, resource } = simulationStages;
  if (!scheme.preferred(group, resource)) return undefined;
  let known: readonly ApiObject[] = [];
  let catalog = new StageCatalog();
  return {
    reads: simulationStages,
    seen: (pod, node, stages) => {
      // Objects are immutable and shared: the same ones say the same.
      if (stages.length !== known.length || stages.some((stage, index) => stage !== known[index])) {
        known = stages;
        catalog = new StageCatalog();
        for (const stage of stages) catalog.put(stage as Stage);
      }
      return catalog.seen(pod, node);
    },
  };
}
