import type { Sample } from '../figure.ts';
import { openWorkbench } from '../workbench.ts';
import { addNodes, FULL_SIZE, pause, QUICK_SIZE } from './cluster.ts';
import { measureList } from './list.ts';
import type { Measurement } from './measurement.ts';
import { measureRest } from './rest.ts';
import { measureRestList } from './rest-list.ts';
import { measureDeletion, measureRollout } from './rollout.ts';

/** Lets what follows the registration of nodes (leases, events, taints) come to its end. */
const SETTLE_MS = 3_000;

/** Everything that wants a full cluster, in the order of its life: rollout, lists, rest, deletion. */
export const measureBigCluster: Measurement = async (ctx) => {
  const { options, say } = ctx;
  await using bench = await openWorkbench({
    dist: options.dist,
    profiled: options.profileDirectory !== undefined,
  });
  const size = options.quick ? QUICK_SIZE : FULL_SIZE;
  say(`cluster: adding ${size.nodes} nodes`);
  await addNodes(bench.client, size.nodes);
  await pause(SETTLE_MS);
  const samples: Sample[] = [];
  const rollout = await measureRollout(ctx, bench, size);
  if (options.sections.has('rollout')) samples.push(...rollout);
  if (options.sections.has('list')) {
    samples.push(...(await measureList(ctx, bench, size)));
    samples.push(...(await measureRestList(ctx, bench, size)));
  }
  if (options.sections.has('rest')) samples.push(...(await measureRest(ctx, bench, size)));
  if (options.sections.has('rollout')) samples.push(...(await measureDeletion(ctx, bench, size)));
  return samples;
};
