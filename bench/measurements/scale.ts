import type { GraphqlClient } from '../../test/support/graphql-client.ts';
import type { Sample } from '../figure.ts';
import { median } from '../statistics.ts';
import { openWorkbench } from '../workbench.ts';
import { pause, readVersion } from './cluster.ts';
import type { Measurement } from './measurement.ts';
import { profiled } from './profiled.ts';
import { cpuPercent, type Moment, observe } from './rest.ts';
import { addZone, deploy, SIMULATION_ARGS, waitForPods } from './simulated-cluster.ts';

const FULL_SIZE = { nodes: 5_000, pods: 50_000 };
const QUICK_SIZE = { nodes: 50, pods: 500 };
/** Of one core, the server's and PostgreSQL's time together. */
const ALLOWED_PERCENT = 25;
const LEASE_SECONDS = 10;
const SETTLE_SECONDS = 10;
const QUIET_ROUNDS = 9;

/** The largest cluster that Kubernetes promises to run, at rest: what its heartbeats cost. */
export const measureScale: Measurement = async (ctx) => {
  const { options, say } = ctx;
  const size = options.quick ? QUICK_SIZE : FULL_SIZE;
  await using bench = await openWorkbench({
    dist: options.dist,
    profiled: options.profileDirectory !== undefined,
    args: SIMULATION_ARGS,
  });
  const { client } = bench;
  say(`scale: adding ${size.nodes} nodes`);
  await addZone(client, 'a', size.nodes);
  say(`scale: ${size.pods} Pods`);
  await deploy(client, size.pods);
  await waitForPods(client, ({ ready }) => ready === size.pods);
  say('scale: waiting until the Events of it are written');
  await settle(client, size.nodes, options.quick ? 1 : QUIET_ROUNDS);
  const windowMs = options.quick ? 4_000 : 60_000;
  say(`scale: ${windowMs / 1_000} s at rest`);
  return toSamples(await profiled(ctx, bench, 'scale', () => observe(bench, windowMs)));
};

/** Until there is little to write but leases, for a while. Events come in the background for some time after their Pods. */
async function settle(client: GraphqlClient, nodes: number, rounds: number): Promise<void> {
  const restingWrites = (nodes / LEASE_SECONDS) * SETTLE_SECONDS * 1.5;
  for (let quiet = 0; quiet < rounds; ) {
    const before = await readVersion(client);
    await pause(SETTLE_SECONDS * 1_000);
    const writes = (await readVersion(client)) - before;
    quiet = writes <= restingWrites ? quiet + 1 : 0;
  }
}

function toSamples(moments: readonly Moment[]): Sample[] {
  const server = cpuPercent(moments, 'server');
  const postgres = cpuPercent(moments, 'postgres');
  return [
    {
      name: 'scale_rest_cpu_percent',
      label: '5,000 nodes with leases every 10 s and 50,000 Pods at rest, of one core, everything',
      unit: '%',
      value: server + postgres,
      target: { atMost: ALLOWED_PERCENT },
    },
    {
      name: 'scale_rest_server_cpu_percent',
      label: 'processor time of the server of that',
      unit: '%',
      value: server,
    },
    {
      name: 'scale_rest_postgres_cpu_percent',
      label: 'processor time of PostgreSQL of that',
      unit: '%',
      value: postgres,
    },
    {
      name: 'scale_rest_rss_mb',
      label: 'memory of the server process meanwhile (RSS)',
      unit: 'MB',
      value: median(moments.map(({ server: { memoryMb } }) => memoryMb)),
    },
  ];
}
