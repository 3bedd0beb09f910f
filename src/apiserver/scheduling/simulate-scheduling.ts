import { badRequest } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type DescribedPod, podOfManifest } from '../../scheme/scheduling/pod-of-manifest.ts';
import {
  MAX_SIMULATED_PODS,
  type SchedulingSimulation,
  type SimulatedObstacle,
} from '../../scheme/scheduling/simulation.ts';
import { createObject } from '../registry/create.ts';
import { getObject } from '../registry/get.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import { tellVictims } from './pod-decisions.ts';
import type { SimulationRequest, ToldObstacle, ToldSimulation } from './scheduling-questions.ts';

/** Places Pods that do not exist on the cluster as it is, and leaves no trace. */
export interface SchedulingSimulator {
  /** @throws {ApiError} BadRequest for a Pod of a scheduler that is not known, TooManyRequests */
  simulate(question: {
    /** With its defaults, as it would be stored. */
    readonly pod: Pod;
    readonly count: number;
    readonly signal?: AbortSignal | undefined;
  }): Promise<SchedulingSimulation>;
}

/**
 * Takes the Pod through all that happens to one that is created, short of storing it, and asks where copies of it would go.
 * It takes the right to create Pods in the namespace: the answer says what creating them would show.
 * @throws {ApiError} Forbidden, Invalid, BadRequest, NotFound, TooManyRequests
 */
export async function simulateScheduling(
  registry: Registry,
  ctx: RequestContext,
  simulator: SchedulingSimulator,
  request: SimulationRequest,
): Promise<ToldSimulation> {
  const described = await describe(registry, ctx, request);
  const count = request.count ?? described.count;
  if (!Number.isInteger(count) || count < 1 || count > MAX_SIMULATED_PODS) {
    throw badRequest(`count: ${count} is not between 1 and ${MAX_SIMULATED_PODS}`);
  }
  const { onWarning } = request;
  const pod = (await createObject(registry, ctx, corePods, toPod(described, request.namespace), {
    dryRun: true,
    ...(onWarning ? { onWarning } : {}),
  })) as Pod;
  const { obstacle, ...simulation } = await simulator.simulate({ pod, count, signal: ctx.signal });
  const namespace = pod.metadata.namespace ?? '';
  if (!obstacle) return { ...simulation, namespace };
  return { ...simulation, namespace, obstacle: await tellObstacle(registry, ctx, obstacle) };
}

async function describe(
  registry: Registry,
  ctx: RequestContext,
  { of }: SimulationRequest,
): Promise<DescribedPod> {
  if ('manifest' in of) {
    const described = podOfManifest(of.manifest);
    if (described.spec.nodeName === undefined) return described;
    throw badRequest(
      'spec.nodeName: the scheduler has no say in where this Pod goes; leave it out',
    );
  }
  const found = (await getObject(registry, ctx, corePods, of.pod)) as Pod;
  const { nodeName: _, ...spec } = found.spec ?? { containers: [] };
  return podOfManifest({ ...found, spec });
}

function toPod({ metadata, spec }: DescribedPod, namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, namespace: metadata.namespace ?? namespace },
    spec,
  };
}

async function tellObstacle(
  registry: Registry,
  ctx: RequestContext,
  { preemption, ...obstacle }: SimulatedObstacle,
): Promise<ToldObstacle> {
  if (!preemption) return obstacle;
  const victims = await tellVictims(registry, ctx, preemption.victims);
  return { ...obstacle, preemption: { ...preemption, victims } };
}
