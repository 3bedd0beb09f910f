/**
 * The life of a Pod on a node, as data. A stage says from which state it leads (`matches`), how long it takes (`delay`) and
 * what the Pod's status is then (`next`). Stages are pure: they see the Pod, its node and the time, and nothing else. What
 * happens next to a Pod is the matching stage that is due first.
 */
import type { Random } from '../lib/random.ts';
import type { EventNote } from '../machinery/event-recorder.ts';
import type { Node, Pod, PodStatus } from '../scheme/generated/types/core-v1.ts';
import type { Shortage } from './eviction/shortages.ts';
import type { KubeletSettings, StageDelay } from './settings.ts';
import type { Crash } from './simulation/fault-effects.ts';
import type { PodSources } from './sources/pod-sources.ts';

/** Where a stage happens. */
export interface PodContext {
  readonly node: Node;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly random: Random;
  readonly settings: KubeletSettings;
  /** The other Pods that the node has taken on and that have not ended. */
  neighbours(): Iterable<Pod>;
  /** What the node gives Pods up for now; undefined when it has enough of all. */
  shortage(): Shortage | undefined;
  /** The images that the node has, and which of them no Pod has pulled. */
  readonly images: { has(image: string): boolean; isPreloaded(image: string): boolean };
  /** When the node has an image that it is to pull: one after another, as Pods ask for them. */
  readonly pulls: {
    /** Milliseconds until then, if that takes `durationMs` alone. */
    leftMs(image: string, durationMs: number): number;
    /** How long it waited for others. */
    waitedMs(image: string): number;
  };
  /** How many times longer pulls take than they should. */
  readonly pullSlowdown: number;
  /** How a fault has ended the Pod's containers. */
  readonly crash: Crash | undefined;
  /** What the Pod needs beside its spec; only known to stages that ask for it. */
  readonly sources: PodSources;
  /** When the kubelet has said this of the Pod: see {@link PodTransition.announces}. Undefined when it has not. */
  announcedMs(what: string): number | undefined;
  /** Free addresses, one of each of the node's Pod ranges; undefined when it has none left. */
  assignPodIps(): readonly string[] | undefined;
}

/** What a stage does to its Pod: writes its status, tells about it, or removes it for good. */
export interface PodTransition {
  readonly status?: PodStatus;
  readonly events?: readonly EventNote[];
  /**
   * What the stage said that the Pod's status does not show, and that is not to be said again. Kept in memory, so that a
   * kubelet that starts again may repeat itself.
   */
  readonly announces?: readonly string[];
  /** The Pod waits for something that is missing: it is looked for again, ever more seldom. */
  readonly waits?: true;
  /** Pods of the node that have to end first, so that this one finds room. */
  readonly preempts?: readonly Pod[];
  /** The node has nothing left of the Pod: delete it, whatever its grace period. */
  readonly delete?: true;
}

export interface PodStage {
  /** Kebab-case; settings may name it. */
  readonly name: string;
  /** `next` looks at `ctx.sources`: they are read before it is asked. */
  readonly readsSources?: true;
  matches(pod: Pod, ctx: PodContext): boolean;
  /** Fixed, or milliseconds from now computed from the times that the Pod bears. Only asked when the stage matches. */
  readonly delay: StageDelay | ((pod: Pod, ctx: PodContext) => number);
  next(pod: Pod, ctx: PodContext): PodTransition;
}

/** A stage and when it is due, in milliseconds from now. */
export interface PlannedStage {
  readonly stage: PodStage;
  readonly delayMs: number;
}

/** The stage that comes next for the Pod; undefined when it rests. Of two due at once the one listed first goes first. */
export function nextPodStage(
  stages: readonly PodStage[],
  pod: Pod,
  ctx: PodContext,
): PlannedStage | undefined {
  let earliest: PlannedStage | undefined;
  for (const stage of stages) {
    if (!stage.matches(pod, ctx)) continue;
    const delayMs = delayOf(stage, pod, ctx);
    if (!earliest || delayMs < earliest.delayMs) earliest = { stage, delayMs };
  }
  return earliest;
}

function delayOf({ delay, name }: PodStage, pod: Pod, ctx: PodContext): number {
  const override = ctx.settings.delays[name];
  if (override) return drawDelay(override, ctx);
  return typeof delay === 'function' ? Math.max(0, delay(pod, ctx)) : drawDelay(delay, ctx);
}

/** A fixed delay, with its jitter, at the simulation's pace. */
export function drawDelay({ ms, jitterMs }: StageDelay, { random, settings }: PodContext): number {
  return (ms + (jitterMs === 0 ? 0 : jitterMs * random())) * settings.delayFactor;
}
