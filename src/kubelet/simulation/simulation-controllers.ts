import type { Controller } from '../../machinery/controller.ts';
import { createFaultController } from './fault-controller.ts';
import { createNodeProfileController } from './node-profile-controller.ts';
import type { Simulation } from './simulation.ts';
import { createStageController } from './stage-controller.ts';

/** What keeps the objects of simulation.orrery.dev: none where the group is not served. */
export function createSimulationControllers(simulation: Simulation): Controller[] {
  if (!simulation.isServed) return [];
  return [
    createStageController(simulation),
    createFaultController(simulation),
    createNodeProfileController(),
  ];
}
