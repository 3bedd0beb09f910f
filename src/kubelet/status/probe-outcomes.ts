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
  const periodMs = periodMsOf(probe);
  return seenStretches(probe, run).flatMap(({ endMs, firstMs, passes }) => {
    const atMs = firstMs + (thresholdOf(probe, passes) - 1) * periodMs;
    return atMs < endMs ? [{ atMs, passes, firstMs }] : [];
  });
}

/** Probes in a row that find the same. */
interface Stretch {
  readonly passes: boolean;
  /** When the first of them is. */
  readonly firstMs: number;
  readonly endMs: number;
}

/** What is over before the next probe is seen by none, and parts nothing. */
function seenStretches(probe: Probe, { outcomes, sinceMs, fromMs = sinceMs }: ProbeRun): Stretch[] {
  const periodMs = periodMsOf(probe);
  const beginMs = Math.max(fromMs, sinceMs + (probe.initialDelaySeconds ?? 0) * 1_000);
  const stretches: Stretch[] = [];
  let endMs = sinceMs;
  for (const { forMs, passes } of outcomes) {
    const probes = Math.max(0, Math.ceil((endMs - beginMs) / periodMs));
    const firstMs = beginMs + probes * periodMs;
    endMs += forMs;
    if (firstMs >= endMs) continue;
    const last = stretches.at(-1);
    if (last?.passes === passes) stretches[stretches.length - 1] = { ...last, endMs };
    else stretches.push({ passes, firstMs, endMs });
  }
  return stretches;
}

function periodMsOf({ periodSeconds = DEFAULT_PERIOD_SECONDS }: Probe): number {
  return periodSeconds * 1_000;
}

function thresholdOf(probe: Probe, passes: boolean): number {
  return passes
    ? (probe.successThreshold ?? 1)
    : (probe.failureThreshold ?? DEFAULT_FAILURE_THRESHOLD);
}

/** What a failed probe reports, by how it probes. */
export function probeOutput(probe: Probe, podIp: string | undefined): string {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (probe.httpGet) return 'HTTP probe failed with statuscode: 503';
  if (probe.tcpSocket) return `dial tcp ${podIp ?? ''}:${port}: connect: connection refused`;
  if (probe.grpc) return 'service unhealthy (responded with "NOT_SERVING")';
  return 'command exited with code 1';
}
