/**
 * What a kubelet says it can do (`status.declaredFeatures` of its Node), and who needs it. Pure.
 * @see https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/5328-node-declared-features
 */
import { mayRestartAllContainers } from './container-restarts.ts';
import type { Pod, PodSpec, ResourceRequirements } from './generated/types/core-v1.ts';
import { compareQuantities } from './quantity.ts';

/** A rule of a container may start every container of its Pod anew. */
export const FEATURE_RESTART_ALL_CONTAINERS = 'RestartAllContainersOnContainerExits';
/** Containers of a Guaranteed Pod may get more or fewer CPUs while they run. */
export const FEATURE_GUARANTEED_CPU_RESIZE = 'GuaranteedQoSPodCPUResize';
/** The resources of a Pod as a whole may change while it runs. */
export const FEATURE_POD_LEVEL_RESIZE = 'InPlacePodLevelResourcesVerticalScaling';

/** What a node must declare to run the Pod. */
export function featuresNeededBy(spec: PodSpec | undefined): readonly string[] {
  return mayRestartAllContainers(spec) ? [FEATURE_RESTART_ALL_CONTAINERS] : [];
}

/** What the node that runs the Pod must declare for this change of it. */
export function featuresNeededByUpdate(next: Pod, current: Pod): readonly string[] {
  const features: string[] = [];
  if (current.status?.qosClass === 'Guaranteed' && changesCpu(next, current)) {
    features.push(FEATURE_GUARANTEED_CPU_RESIZE);
  }
  if (!isSameResources(next.spec?.resources, current.spec?.resources)) {
    features.push(FEATURE_POD_LEVEL_RESIZE);
  }
  return features;
}

function changesCpu({ spec: next }: Pod, { spec: current }: Pod): boolean {
  const cpuOf = (spec: PodSpec | undefined, index: number): string =>
    spec?.containers[index]?.resources?.requests?.['cpu'] ?? '0';
  return (current?.containers ?? []).some(
    (_, index) => compareQuantities(cpuOf(next, index), cpuOf(current, index)) !== 0,
  );
}

type Amounts = Readonly<Record<string, string>>;

function isSameResources(
  one: ResourceRequirements = {},
  other: ResourceRequirements = {},
): boolean {
  return (['limits', 'requests'] as const).every((bound) =>
    isSameAmounts(one[bound] ?? {}, other[bound] ?? {}),
  );
}

function isSameAmounts(one: Amounts, other: Amounts): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => {
      const amount = other[name];
      return amount !== undefined && compareQuantities(one[name] as string, amount) === 0;
    })
  );
}
