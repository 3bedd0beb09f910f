/**
 * Figures as Prometheus reads them.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import type { Labels, MetricReading, Sample } from '../../lib/metrics.ts';

export function formatMetrics(readings: readonly MetricReading[]): string {
  return readings.map(formatMetric).join('');
}

function formatMetric({ help, name, samples, type }: MetricReading): string {
  const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
  return head + samples.map((sample) => formatSample(name, sample)).join('');
}

function formatSample(name: string, { labels, value }: Sample): string {
  if (typeof value === 'number') return line(name, labels, value);
  const counts = value.cumulativeCounts();
  const buckets = counts.map((count, index) => {
    const le = formatNumber(value.bounds[index] ?? Number.POSITIVE_INFINITY);
    return line(`${name}_bucket`, { ...labels, le }, count);
  });
  return [
    ...buckets,
    line(`${name}_sum`, labels, value.sum),
    line(`${name}_count`, labels, counts.at(-1) ?? 0),
  ].join('');
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  const all = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  return `${name}${all} ${formatNumber(value)}\n`;
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
