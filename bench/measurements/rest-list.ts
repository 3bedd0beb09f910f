import type { Sample } from '../figure.ts';
import { formatRequest, RawHttpConnection } from '../raw-http.ts';
import { percentile } from '../statistics.ts';
import type { Workbench } from '../workbench.ts';
import { type ClusterSize, NAMESPACE } from './cluster.ts';
import { timed } from './list.ts';
import type { BenchContext } from './measurement.ts';

const REQUESTS = 20;

interface Shape {
  /** Part of the figures' names. */
  readonly name: string;
  readonly label: string;
  readonly accept: string;
}

const SHAPES: readonly Shape[] = [
  { name: 'json', label: 'whole, as JSON', accept: 'application/json' },
  {
    name: 'table',
    label: 'as the Table that kubectl prints',
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  },
];

/** Lists of all Pods over Kubernetes' REST API, one request after the other. */
export async function measureRestList(
  ctx: BenchContext,
  { server }: Workbench,
  { pods }: ClusterSize,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { accept, label, name } of SHAPES) {
    ctx.say(`list: ${pods} Pods over REST, ${label}`);
    const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
    const request = formatRequest(server, { method: 'GET', path, accept });
    const connection = await RawHttpConnection.open(server.url);
    const { last, latenciesMs } = await timed(REQUESTS, () => connection.send(request));
    connection.close();
    if (last.status !== 200) throw new Error(`the list was answered by ${last.status}`);
    samples.push(
      {
        name: `rest_list_${pods}_pods_${name}_p50_ms`,
        label: `list of ${pods} Pods over REST, ${label}, median`,
        unit: 'ms',
        value: percentile(latenciesMs, 0.5),
      },
      {
        name: `rest_list_${pods}_pods_${name}_bytes`,
        label: 'size of that list',
        unit: 'bytes',
        value: last.body.length,
      },
    );
  }
  return samples;
}
