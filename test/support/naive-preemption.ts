import { expect } from '@jest/globals';
import type { Candidate } from '../../src/scheduler/preemption/candidate.ts';
import type { Pod } from '../../src/scheme/generated/types/core-v1.ts';
import { allowedNodes, type PlacedPod, type World } from './naive-scheduler.ts';

/**
 * Holds the choice of victims against the objects: they are less important, they are enough, none of them could stay, and
 * a budget is violated only where no node gets along without. And without a choice, no node could be made ready.
 *
 * @param isProtected Whether a budget, which allows no disruption, is about a pod
 */
export function expectRightVictims(
  world: World,
  pod: Pod,
  chosen: Candidate | undefined,
  isProtected: (pod: Pod) => boolean,
): void {
  const lesserOn = (node: string) =>
    world.placed.filter((each) => each.node === node && priorityOf(each.pod) < priorityOf(pod));
  const canGo = (node: string, gone: readonly PlacedPod[]) =>
    allowedNodes(without(world, gone), pod).includes(node);
  const names = world.nodes.map(({ metadata }) => metadata.name ?? '');
  if (!chosen) {
    for (const node of names) expect(canGo(node, lesserOn(node))).toBe(false);
    return;
  }
  const { nodeName, violations } = chosen;
  const uids = chosen.victims.map(({ uid }) => uid);
  const victims = lesserOn(nodeName).filter((each) => uids.includes(each.pod.metadata.uid ?? ''));
  expect(victims).toHaveLength(uids.length);
  expect(canGo(nodeName, victims)).toBe(true);
  for (const victim of victims) {
    expect(
      canGo(
        nodeName,
        victims.filter((each) => each !== victim),
      ),
    ).toBe(false);
  }
  expect(violations).toBe(victims.filter((each) => isProtected(each.pod)).length);
  const isGentle = (node: string) =>
    canGo(
      node,
      lesserOn(node).filter((each) => !isProtected(each.pod)),
    );
  if (violations > 0) expect(names.filter(isGentle)).toEqual([]);
}

const priorityOf = ({ spec }: Pod): number => spec?.priority ?? 0;

function without(world: World, gone: readonly PlacedPod[]): World {
  return { ...world, placed: world.placed.filter((each) => !gone.includes(each)) };
}
