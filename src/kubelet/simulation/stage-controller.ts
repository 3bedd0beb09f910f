import { deepEqual } from '../../lib/deep-equal.ts';
import { type Controller, done } from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { simulationStages } from '../../scheme/groups/simulation/definitions.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { acceptedStatus } from './accepted-status.ts';
import { SimulationProblem } from './expressions.ts';
import type { Simulation } from './simulation.ts';
import { compileStage } from './stage-declarations.ts';

/** Tells of each Stage in its status whether it is in effect. Its keys are names of Stages. */
export function createStageController(simulation: Simulation): Controller {
  return {
    name: 'simulation-stages',
    concurrency: 1,
    setUp: ({ client, clock, informers, queue }) => {
      const stages = informers.informer(simulationStages);
      const enqueue = ({ metadata }: ApiObject): void => queue.add(metadata.name ?? '');
      stages.addHandler({ onAdd: enqueue, onUpdate: (_, stage) => enqueue(stage) });
      simulation.stages.onProblem((name) => queue.add(name));
      return async (name) => {
        const stage = stages.get(name);
        if (!stage) return done;
        const problem = problemOf(() => compileStage(stage)) ?? simulation.stages.problemOf(name);
        const status = acceptedStatus(stage, problem, clock.now());
        if (deepEqual(status, stage.status)) return done;
        await client
          .update(simulationStages, { ...stage, status }, { subresource: 'status' })
          .catch(ignoreLostRace);
        return done;
      };
    },
  };
}

/** Why the object cannot be in effect; undefined when it can. */
export function problemOf(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SimulationProblem) return thrown.message;
    throw thrown;
  }
}

/** Who was quicker has changed the object, which brings its key back; or has deleted it. */
export function ignoreLostRace(thrown: unknown): void {
  if (!isApiError(thrown, 'Conflict', 'NotFound')) throw thrown;
}
