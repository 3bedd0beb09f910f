import type { Sample } from '../figure.ts';
import { findPostgres, type ProcessUsage, readTreeUsage, readUsage } from '../process-usage.ts';
import { median } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { type ClusterSize, pause } from './cluster.ts';
import type { BenchContext } from './measurement.ts';
import { profiled } from './profiled.ts';

const SAMPLE_EVERY_MS = 1_000;
const PERCENT = 100;

/** What the server and its PostgreSQL have used at a time. */
export interface Moment {
  readonly atMs: number;
  readonly server: ProcessUsage;
  readonly postgres: ProcessUsage;
}

/** What a cluster costs in which nothing happens but heartbeats. */
export async function measureRest(
  ctx: BenchContext,
  bench: Workbench,
  size: ClusterSize,
): Promise<Sample[]> {
  const settleMs = ctx.options.quick ? 2_000 : 15_000;
  const windowMs = ctx.options.quick ? 4_000 : 40_000;
  ctx.say(`rest: ${windowMs / 1_000} s without work, after ${settleMs / 1_000} s to settle`);
  await pause(settleMs);
  const moments = await profiled(ctx, bench, 'rest', () => observe(bench, windowMs));
  return toSamples(size, moments);
}

/** Looks every second for as long as `windowMs`. */
export async function observe({ server }: Workbench, windowMs: number): Promise<Moment[]> {
  const postgres = findPostgres(server.pid);
  if (!postgres) throw new Error('the server has no PostgreSQL');
  const look = (): Moment => ({
    atMs: performance.now(),
    server: readUsage(server.pid),
    postgres: readTreeUsage(postgres),
  });
  const moments = [look()];
  const until = performance.now() + windowMs;
  while (performance.now() < until) {
    await pause(SAMPLE_EVERY_MS);
    moments.push(look());
  }
  return moments;
}

/** Processor time between the first moment and the last, in percent of one core. */
export function cpuPercent(moments: readonly Moment[], process: 'server' | 'postgres'): number {
  const first = moments[0] as Moment;
  const last = moments.at(-1) as Moment;
  const usedSeconds = last[process].cpuSeconds - first[process].cpuSeconds;
  return (usedSeconds / ((last.atMs - first.atMs) / 1_000)) * PERCENT;
}

function toSamples({ nodes, pods }: ClusterSize, moments: readonly Moment[]): Sample[] {
  const size = `${nodes}_nodes_${pods}_pods`;
  const memory = (process: 'server' | 'postgres'): number =>
    median(moments.map((moment) => moment[process].memoryMb));
  return [
    {
      name: `rss_${size}_mb`,
      label: `memory of the server process with ${nodes} nodes and ${pods} Pods at rest (RSS)`,
      unit: 'MB',
      value: memory('server'),
      target: { atMost: 1_500 },
    },
    {
      name: `postgres_memory_${size}_mb`,
      label: "memory of PostgreSQL's processes beside it, 256 MiB of shared buffers included",
      unit: 'MB',
      value: memory('postgres'),
    },
    {
      name: 'heartbeat_cpu_percent',
      label: `processor time of the server for the heartbeats of ${nodes} nodes, of one core`,
      unit: '%',
      value: cpuPercent(moments, 'server'),
    },
    {
      name: 'heartbeat_postgres_cpu_percent',
      label: 'processor time of PostgreSQL for them, of one core',
      unit: '%',
      value: cpuPercent(moments, 'postgres'),
    },
  ];
}
