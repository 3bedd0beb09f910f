import { expect, test } from '@jest/globals';
import { Histogram } from '../../../../src/lib/metrics.ts';
import { processMetrics } from '../../../../src/observability/metrics/process-metrics.ts';
import { formatMetrics } from '../../../../src/observability/metrics/text-format.ts';

test('figures are written as Prometheus reads them', () => {
  const durations = new Histogram([0.1, 1]);
  for (const value of [0.05, 0.5, 5]) durations.observe(value);
  const text = formatMetrics([
    {
      name: 'requests_total',
      help: 'All\nrequests.',
      type: 'counter',
      samples: [
        { labels: { verb: 'GET', path: 'a"b\\c\nd' }, value: 3 },
        { labels: {}, value: Number.POSITIVE_INFINITY },
      ],
    },
    {
      name: 'seconds',
      help: 'How long.',
      type: 'histogram',
      samples: [{ labels: { verb: 'GET' }, value: durations }],
    },
  ]);
  expect(text.split('\n')).toEqual([
    '# HELP requests_total All\\nrequests.',
    '# TYPE requests_total counter',
    'requests_total{verb="GET",path="a\\"b\\\\c\\nd"} 3',
    'requests_total +Inf',
    '# HELP seconds How long.',
    '# TYPE seconds histogram',
    'seconds_bucket{verb="GET",le="0.1"} 1',
    'seconds_bucket{verb="GET",le="1"} 2',
    'seconds_bucket{verb="GET",le="+Inf"} 3',
    'seconds_sum{verb="GET"} 5.55',
    'seconds_count{verb="GET"} 3',
    '',
  ]);
});

test.each([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  'nodejs_eventloop_lag_seconds',
])('the process tells %s', async (name) => {
  expect(await processMetrics()).toMatch(new RegExp(`^${name} [\\d.e+-]+$`, 'm'));
});
