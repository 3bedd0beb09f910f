import type { Sample } from '../figure.ts';
import { openWorkbench } from '../workbench.ts';
import { pause, readVersion } from './cluster.ts';
import type { Measurement } from './measurement.ts';
import { describePhases } from './outage-phases.ts';
import { profiled } from './profiled.ts';
import { readCpu } from './rollout.ts';
import { addZone, deploy, killZone, SIMULATION_ARGS, waitForPods } from './simulated-cluster.ts';

/** What a zone has when it goes down: all Pods are there, because there is no other. */
const FULL_SIZE = { nodes: 1_000, pods: 10_000 };
const QUICK_SIZE = { nodes: 20, pods: 100 };
/** The times that the move has to wait for: until a silent node is Unknown, and how long Pods tolerate that. */
const GRACE_SECONDS = 40;
const TOLERATION_SECONDS = 5;
/** What the move may take beyond them. */
const ALLOWED_SECONDS = 20;
/** Leases, events and taints of what has just come are not what comes next. */
const SETTLE_MS = 2_000;

const SERVER_ARGS = [
  ...SIMULATION_ARGS,
  '--node-monitor-grace-period',
  String(GRACE_SECONDS),
  '--default-toleration-seconds',
  String(TOLERATION_SECONDS),
  // Kubernetes gives up a node every ten seconds: what is measured is how fast Pods move, not how slowly they may.
  '--node-eviction-rate',
  '1000',
];

/** Nodes that come by the thousand, and a zone of them that goes down with all its Pods. */
export const measureOutage: Measurement = async (ctx) => {
  const { options, say } = ctx;
  const size = options.quick ? QUICK_SIZE : FULL_SIZE;
  await using bench = await openWorkbench({
    dist: options.dist,
    profiled: options.profileDirectory !== undefined,
    args: SERVER_ARGS,
  });
  const { client } = bench;
  say(`outage: adding ${size.nodes} nodes`);
  const nodesSeconds = await timed(() => addZone(client, 'a', size.nodes));
  say(`outage: ${size.pods} Pods in zone a`);
  await deploy(client, size.pods);
  await waitForPods(client, ({ ready }) => ready === size.pods);
  await addZone(client, 'b', size.nodes);
  await pause(SETTLE_MS);
  say('outage: zone a goes down');
  let diedMs = 0;
  const versionBefore = await readVersion(client);
  const before = readCpu(bench);
  const moveSeconds = await profiled(ctx, bench, 'outage', () =>
    timed(async () => {
      diedMs = Date.now();
      await killZone(client, 'a');
      // The first Pods may have been replaced before the last are evicted, and on nodes that are about to be given up as well.
      await waitForPods(
        client,
        ({ ready, terminating }) => terminating >= size.pods && ready === size.pods,
      );
    }),
  );
  const after = readCpu(bench);
  const writes = (await readVersion(client)) - versionBefore;
  const serverSeconds = after.server.cpuSeconds - before.server.cpuSeconds;
  const postgresSeconds = after.postgres.cpuSeconds - before.postgres.cpuSeconds;
  say('outage: how many, and when the first, the middle and the last');
  for (const phase of await describePhases(client, diedMs)) say(`outage: ${phase}`);
  return [
    ...toSamples(nodesSeconds, moveSeconds - GRACE_SECONDS - TOLERATION_SECONDS),
    costSample('writes', 'writes that it took, heartbeats included (versions spent)', '', writes),
    costSample('server_cpu_s', 'processor time of the server for it', 's', serverSeconds),
    costSample('postgres_cpu_s', 'processor time of PostgreSQL for it', 's', postgresSeconds),
  ];
};

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1_000;
}

function costSample(name: string, label: string, unit: Sample['unit'], value: number): Sample {
  return { name: `outage_move_${name}`, label, unit, value };
}

function toSamples(nodesSeconds: number, moveSeconds: number): Sample[] {
  return [
    {
      name: 'add_1000_nodes_s',
      label: 'a NodeProfile of 1,000 nodes, until all are Ready',
      unit: 's',
      value: nodesSeconds,
      target: { atMost: 5 },
    },
    {
      name: 'outage_move_10000_pods_s',
      label: 'a zone of 1,000 nodes dies: 10,000 Pods run elsewhere, beyond the eviction timeouts',
      unit: 's',
      value: moveSeconds,
      target: { atMost: ALLOWED_SECONDS },
    },
  ];
}
