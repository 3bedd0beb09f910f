/** What a simulated probe finds, and what a kubelet makes of it. Nothing is probed: it follows from the times. Pure. */
import { parseGoDuration } from '../../scheme/duration.ts';
import type { Probe } from '../../scheme/generated/types/core-v1.ts';

/** For `forMs` from the end of the one before, or from the container's start, the probe passes, or fails. */
export interface Outcome {
  readonly passes: boolean;
  /** @default for good */
  readonly forMs: number;
}

export const ALWAYS_PASSES: readonly Outcome[] = [
  { passes: true, forMs: Number.POSITIVE_INFINITY },
];

/** Reads `pass 1m, fail 30s, pass`; undefined when it is none. What comes last lasts. */
export function parseOutcomes(text: string): readonly Outcome[] | undefined {
  const outcomes: Outcome[] = [];
  for (const part of text.split(',')) {
    const [word, duration, ...rest] = part.trim().split(/\s+/);
    const forMs = duration === undefined ? Number.POSITIVE_INFINITY : parseGoDuration(duration);
    if ((word !== 'pass' && word !== 'fail') || forMs === undefined || forMs < 0) return undefined;
    if (rest.length > 0) return undefined;
    outcomes.push({ passes: word === 'pass', forMs });
  }
  const last = outcomes.pop();
  return last && [...outcomes, { ...last, forMs: Number.POSITIVE_INFINITY }];
}

/** The kubelet changes its mind: enough probes in a row have passed, or failed. */
export interface ProbeVerdict {
  readonly atMs: number;
  readonly passes: boolean;
  /** When the first of them passed, or failed. */
  readonly firstMs: number;
}

const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURE_THRESHOLD = 3;

export interface ProbeRun {
  readonly outcomes: readonly Outcome[];
  /** When the container started, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** What the probe finds before does not count: it waits for the startup probe. @default sinceMs */
  readonly fromMs?: number;
}

/** The verdicts on a container, in order; what a probe finds when it is no longer asked is not looked at. */
export function probeVerdicts(probe: Probe, run: ProbeRun): ProbeVerdict[] {
  const { outcomes, sinceMs, fromMs = sinceMs } = run;
  const periodMs = (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1_000;
  const firstMs = Math.max(fromMs, sinceMs + (probe.initialDelaySeconds ?? 0) * 1_000);
  const verdicts: ProbeVerdict[] = [];
  let beginMs = sinceMs;
  for (const { forMs, passes } of mergedOutcomes(outcomes)) {
    const endMs = beginMs + forMs;
    const tick = Math.max(0, Math.ceil((beginMs - firstMs) / periodMs));
    const first = firstMs + tick * periodMs;
    const atMs = first + (thresholdOf(probe, passes) - 1) * periodMs;
    if (atMs < endMs) verdicts.push({ atMs, passes, firstMs: first });
    beginMs = endMs;
  }
  return verdicts;
}

function thresholdOf(probe: Probe, passes: boolean): number {
  return passes
    ? (probe.successThreshold ?? 1)
    : (probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD);
}

/** Two in a row that are alike are one. */
function mergedOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  const merged: Outcome[] = [];
  for (const outcome of outcomes) {
    const last = merged.at(-1);
    if (last?.passes === outcome.passes) {
      merged[merged.length - 1] = { ...last, forMs: last.forMs + outcome.forMs };
    } else merged.push(outcome);
  }
  return merged;
}

/** What a failed probe reports, by how it probes. */
export function probeOutput(probe: Probe, podIp: string | undefined): string {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (probe.httpGet) return 'HTTP probe failed with statuscode: 503';
  if (probe.tcpSocket) return `dial tcp ${podIp ?? ''}:${port}: connect: connection refused`;
  if (probe.grpc) return 'service unhealthy (responded with "NOT_SERVING")';
  return 'command exited with code 1';
}
