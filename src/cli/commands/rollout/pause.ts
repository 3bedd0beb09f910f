import type { Command } from 'commander';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import {
  type DeploymentPlace,
  deploymentError,
  patchDeployment,
  readDeployment,
  toDeploymentPlaces,
} from '../../rollout/deployment.ts';

export const pauseCommand: CliCommand = {
  setup: (command: Command) => setup(command, 'pause'),
  run: (context, args, options) => forEach(context, args, options, pause),
};

export const resumeCommand: CliCommand = {
  setup: (command: Command) => setup(command, 'resume'),
  run: (context, args, options) => forEach(context, args, options, resume),
};

function setup(command: Command, verb: string): void {
  command
    .argument('<type...>', 'deployment NAME..., or deployment/NAME...')
    .addHelpText('after', `\nExamples:\n  orrery rollout ${verb} deployment/web`);
}

async function forEach(
  context: CliContext,
  args: readonly string[],
  options: GlobalOptions,
  act: (context: CliContext, place: DeploymentPlace) => Promise<void>,
): Promise<void> {
  for (const place of toDeploymentPlaces(args, options)) await act(context, place);
}

async function pause(context: CliContext, place: DeploymentPlace): Promise<void> {
  const { deployment } = await readDeployment(context, place);
  if (deployment.spec?.paused) throw deploymentError(place.name, 'is already paused');
  await patchDeployment(context, place, {
    type: 'MERGE',
    patch: { spec: { paused: true } },
    done: 'paused',
  });
}

async function resume(context: CliContext, place: DeploymentPlace): Promise<void> {
  const { deployment } = await readDeployment(context, place);
  if (!deployment.spec?.paused) throw deploymentError(place.name, 'is not paused');
  await patchDeployment(context, place, {
    type: 'MERGE',
    patch: { spec: { paused: null } },
    done: 'resumed',
  });
}
