import type { MetricRegistry } from '../../lib/metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { formatMetrics } from './text-format.ts';

/** The figures in `registry`, and those of the process, in Prometheus' text format. */
export async function readMetrics(registry: MetricRegistry): Promise<string> {
  return formatMetrics(await registry.read()) + (await processMetrics());
}
