import type { Pod, Probe } from '../../scheme/generated/types/core-v1.ts';
import {
  ANNOTATION_LIVENESS_PROBE,
  ANNOTATION_READINESS_PROBE,
  ANNOTATION_READY_DELAY,
  ANNOTATION_STARTUP_PROBE,
  declared,
  declaredDelayMs,
  mayBecomeReady,
} from '../annotations.ts';
import type { ProbeName } from '../notes.ts';
import { type ContainerSlot, isRunning } from './container-slots.ts';
import {
  ALWAYS_PASSES,
  type Outcome,
  type ProbeVerdict,
  parseOutcomes,
  probeVerdicts,
} from './probe-outcomes.ts';
import { killBy } from './stop-time.ts';

/** A probe that fails, for the first time in a row. */
export interface ProbeFailure {
  readonly probe: ProbeName;
  readonly firstMs: number;
}

/** A probe has failed so often that the container is killed. */
export interface ProbeKill {
  readonly probe: ProbeName;
  /** When it has ended. */
  readonly endMs: number;
  readonly exitCode: number;
}

/** What probes make of a running container, at one time and when it next changes. */
export interface Health {
  readonly started: boolean;
  readonly ready: boolean;
  /** Told to stop; it runs until then. */
  readonly kill: ProbeKill | undefined;
  /** The probes that fail now. */
  readonly failures: readonly ProbeFailure[];
  /** When the next of these changes; undefined when none will. */
  readonly nextMs: number | undefined;
}

interface Timeline {
  readonly startup: readonly ProbeVerdict[];
  readonly readiness: readonly ProbeVerdict[];
  readonly liveness: readonly ProbeVerdict[];
}

/** Worked out once for each version of a Pod. */
const timelines = new WeakMap<Pod, Map<string, Timeline>>();

/** Undefined of a container that no probe looks after: it does not run, or runs to its end. */
export function healthAt(pod: Pod, slot: ContainerSlot, nowMs: number): Health | undefined {
  if (slot.kind === 'init' || !slot.status || !isRunning(slot)) return undefined;
  const timeline = knownTimeline(pod, slot);
  const started = timeline.startup.some(({ atMs, passes }) => passes && atMs <= nowMs);
  const at = (verdicts: readonly ProbeVerdict[]): ProbeVerdict | undefined =>
    verdicts.findLast(({ atMs }) => atMs <= nowMs);
  const kill = killAt(pod, slot, { timeline, started, nowMs });
  const nextMs = nextChangeMs(timeline, started, nowMs);
  return {
    started,
    ready: started && at(timeline.readiness)?.passes === true,
    kill,
    failures: failuresAt(slot, timeline, started, nowMs),
    nextMs: kill && kill.endMs > nowMs ? Math.min(kill.endMs, nextMs ?? kill.endMs) : nextMs,
  };
}

function knownTimeline(pod: Pod, slot: ContainerSlot): Timeline {
  let known = timelines.get(pod);
  if (!known) {
    known = new Map();
    timelines.set(pod, known);
  }
  let timeline = known.get(slot.name);
  if (!timeline) {
    timeline = timelineOf(pod, slot);
    known.set(slot.name, timeline);
  }
  return timeline;
}

interface Moment {
  readonly timeline: Timeline;
  readonly started: boolean;
  readonly nowMs: number;
}

function killAt(
  pod: Pod,
  slot: ContainerSlot,
  { nowMs, started, timeline: { liveness, startup } }: Moment,
): ProbeKill | undefined {
  const failed = (started ? liveness : startup).find(
    ({ atMs, passes }) => !passes && atMs <= nowMs,
  );
  if (!failed) return undefined;
  const { livenessProbe, startupProbe } = slot.container;
  const { afterMs, exitCode } = killBy(pod, slot, started ? livenessProbe : startupProbe);
  return { probe: started ? 'Liveness' : 'Startup', endMs: failed.atMs + afterMs, exitCode };
}

function nextChangeMs(
  { liveness, readiness, startup }: Timeline,
  started: boolean,
  nowMs: number,
): number | undefined {
  let nextMs = Number.POSITIVE_INFINITY;
  for (const { atMs, firstMs } of started ? [...readiness, ...liveness] : startup) {
    if (firstMs > nowMs) nextMs = Math.min(nextMs, firstMs);
    else if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
  }
  return Number.isFinite(nextMs) ? nextMs : undefined;
}

function failuresAt(
  { container }: ContainerSlot,
  { liveness, readiness, startup }: Timeline,
  started: boolean,
  nowMs: number,
): ProbeFailure[] {
  const looked: readonly [ProbeName, Probe | undefined, readonly ProbeVerdict[]][] = started
    ? [
        ['Readiness', container.readinessProbe, readiness],
        ['Liveness', container.livenessProbe, liveness],
      ]
    : [['Startup', container.startupProbe, startup]];
  return looked.flatMap(([probe, spec, verdicts]) => {
    const current = verdicts.findLast(({ firstMs }) => firstMs <= nowMs);
    return spec && current && !current.passes ? [{ probe, firstMs: current.firstMs }] : [];
  });
}

/** A probe that passes or fails too briefly for a verdict is not in the timeline. */
function timelineOf(pod: Pod, slot: ContainerSlot): Timeline {
  const { container, status } = slot;
  const sinceMs = Date.parse(status?.state?.running?.startedAt ?? '');
  const startup = container.startupProbe
    ? probeVerdicts(container.startupProbe, {
        outcomes: outcomesOf(pod, ANNOTATION_STARTUP_PROBE, slot),
        sinceMs,
      })
    : [{ atMs: sinceMs, firstMs: sinceMs, passes: true }];
  const fromMs = startup.find(({ passes }) => passes)?.atMs ?? Number.POSITIVE_INFINITY;
  return {
    startup,
    readiness: readinessOf(pod, slot, { sinceMs, fromMs }),
    liveness: container.livenessProbe
      ? probeVerdicts(container.livenessProbe, {
          outcomes: outcomesOf(pod, ANNOTATION_LIVENESS_PROBE, slot),
          sinceMs,
          fromMs,
        })
      : [],
  };
}

interface ReadinessTimes {
  readonly sinceMs: number;
  readonly fromMs: number;
}

function readinessOf(pod: Pod, slot: ContainerSlot, times: ReadinessTimes): ProbeVerdict[] {
  const { readinessProbe } = slot.container;
  const delayMs = declaredDelayMs(pod, ANNOTATION_READY_DELAY, slot.name) ?? 0;
  const fromMs = Math.max(times.fromMs, times.sinceMs + delayMs);
  const passes = mayBecomeReady(pod, slot.name);
  if (!readinessProbe) return passes ? [{ atMs: fromMs, firstMs: fromMs, passes }] : [];
  const outcomes = passes
    ? outcomesOf(pod, ANNOTATION_READINESS_PROBE, slot)
    : [{ passes, forMs: Number.POSITIVE_INFINITY }];
  return probeVerdicts(readinessProbe, { outcomes, sinceMs: times.sinceMs, fromMs });
}

type ProbeAnnotation =
  | typeof ANNOTATION_STARTUP_PROBE
  | typeof ANNOTATION_READINESS_PROBE
  | typeof ANNOTATION_LIVENESS_PROBE;

function outcomesOf(
  pod: Pod,
  annotation: ProbeAnnotation,
  slot: ContainerSlot,
): readonly Outcome[] {
  const text = declared(pod, annotation, slot.name);
  return (text === undefined ? undefined : parseOutcomes(text)) ?? ALWAYS_PASSES;
}

/** Whether something keeps the container from being ready the moment that it runs. */
export function isHeldBack(pod: Pod, { container, name }: ContainerSlot): boolean {
  return (
    container.startupProbe !== undefined ||
    (container.readinessProbe?.initialDelaySeconds ?? 0) > 0 ||
    (container.readinessProbe?.successThreshold ?? 1) > 1 ||
    declared(pod, ANNOTATION_READINESS_PROBE, name) !== undefined ||
    declared(pod, ANNOTATION_READY_DELAY, name) !== undefined ||
    !mayBecomeReady(pod, name)
  );
}
