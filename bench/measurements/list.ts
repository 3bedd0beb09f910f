import type { Sample } from '../figure.ts';
import { RawHttpConnection, toRequest } from '../raw-http.ts';
import { percentile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { type ClusterSize, NAMESPACE } from './cluster.ts';
import type { BenchContext } from './measurement.ts';
import { profiled } from './profiled.ts';

const WARMUP = 5;
const REQUESTS = 40;

/** Eight fields of each Pod. */
const LIST = `
  query ListPods($namespace: String!) {
    core { v1 { pods(namespace: $namespace) {
      items {
        metadata { name namespace creationTimestamp }
        spec { nodeName }
        status { phase podIP hostIP startTime }
      }
      metadata { resourceVersion }
    } } }
  }`;

/** A list of all Pods with eight selected fields, one request after the other, beside encoding the same data. */
export async function measureList(
  ctx: BenchContext,
  bench: Workbench,
  { pods }: ClusterSize,
): Promise<Sample[]> {
  ctx.say(`list: ${pods} Pods with eight fields`);
  const body = JSON.stringify({ query: LIST, variables: { namespace: NAMESPACE } });
  const request = toRequest(bench.server, body);
  const connection = await RawHttpConnection.open(bench.server.url);
  try {
    const answer = await timed(WARMUP, () => connection.send(request));
    const text = answer.last.body.toString('utf8');
    const data = JSON.parse(text) as ListResult;
    if (data.data?.core.v1.pods.items.length !== pods) {
      throw new Error(`the list is not one of ${pods} Pods: ${text.slice(0, 500)}`);
    }
    const { latenciesMs } = await profiled(ctx, bench, 'list', () =>
      timed(REQUESTS, () => connection.send(request)),
    );
    const encoding = await timed(REQUESTS, async () => JSON.stringify(data));
    return toSamples(pods, text.length, latenciesMs, encoding.latenciesMs);
  } finally {
    connection.close();
  }
}

interface ListResult {
  readonly data?: {
    readonly core: { readonly v1: { readonly pods: { readonly items: unknown[] } } };
  };
}

/** Does `work` so many times, and says what came last and how long each took. */
export async function timed<T>(
  times: number,
  work: () => Promise<T>,
): Promise<{ last: T; latenciesMs: number[] }> {
  const latenciesMs: number[] = [];
  let last: T | undefined;
  for (let i = 0; i < times; i++) {
    const startedAt = performance.now();
    last = await work();
    latenciesMs.push(performance.now() - startedAt);
  }
  return { last: last as T, latenciesMs };
}

function toSamples(
  pods: number,
  bytes: number,
  latenciesMs: readonly number[],
  encodingMs: readonly number[],
): Sample[] {
  const limit = `json_stringify_${pods}_pods_p50_ms`;
  return [
    {
      name: `list_${pods}_pods_p50_ms`,
      label: `list of ${pods} Pods with eight fields, over HTTP, median`,
      unit: 'ms',
      value: percentile(latenciesMs, 0.5),
      target: { atMost: 150 },
      limitedBy: limit,
    },
    {
      name: `list_${pods}_pods_p99_ms`,
      label: 'the same, 99th percentile',
      unit: 'ms',
      value: percentile(latenciesMs, 0.99),
    },
    {
      name: limit,
      label: 'JSON.stringify of the same data, median',
      unit: 'ms',
      value: percentile(encodingMs, 0.5),
    },
    {
      name: `list_${pods}_pods_bytes`,
      label: 'size of that list',
      unit: 'bytes',
      value: bytes,
    },
  ];
}
