import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { ClusterTimeDocument, type ClusterTimeFactsFragment } from '../generated/operations.ts';

/** What the server says of the cluster's clock. */
export type ClusterTimeFacts = ClusterTimeFactsFragment;

/** @throws {CliError} when the server has none */
export function given(time: ClusterTimeFacts | null | undefined): ClusterTimeFacts {
  if (time) return time;
  throw new CliError('the server does not say what time it is');
}

export async function readClusterTime(context: CliContext): Promise<ClusterTimeFacts> {
  const client = await context.client();
  const { clusterTime } = await client.request(ClusterTimeDocument, {});
  return given(clusterTime);
}

/** `2026-01-31T08:00:00Z`: whole seconds are what people look at. */
export function wholeSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}

/** `running at 60 times real time (effectively 48)`, `paused`, `stepping until …`. */
export function howItRuns({ effectiveSpeed, paused, speed, stepUntil }: ClusterTimeFacts): string {
  if (stepUntil != null) {
    return `stepping until ${wholeSeconds(stepUntil)}, at ${effectiveSpeed} times real time`;
  }
  if (paused) return `paused (would run at ${timesRealTime(speed)})`;
  const isHeld = effectiveSpeed < speed * 0.95;
  return `running at ${timesRealTime(speed)}${isHeld ? ` (effectively ${effectiveSpeed}: the cluster does not keep up)` : ''}`;
}

function timesRealTime(speed: number): string {
  return speed === 1 ? 'real time' : `${speed} times real time`;
}
