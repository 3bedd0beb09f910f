import type { Command } from 'commander';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { CliCommand } from '../../command.ts';
import {
  deploymentError,
  patchDeployment,
  readDeployment,
  toDeploymentPlaces,
} from '../../rollout/deployment.ts';

const RESTARTED_AT_ANNOTATION = 'kubectl.kubernetes.io/restartedAt';

export const restartCommand: CliCommand = {
  setup(command: Command): void {
    command
      .argument('<type...>', 'deployment NAME..., or deployment/NAME...')
      .addHelpText('after', '\nExamples:\n  orrery rollout restart deployment/web');
  },
  async run(context, args, options): Promise<void> {
    for (const place of toDeploymentPlaces(args, options)) {
      const { deployment } = await readDeployment(context, place);
      if (deployment.spec?.paused) {
        throw deploymentError(
          place.name,
          "can't restart paused deployment (run rollout resume first)",
        );
      }
      const annotations = { [RESTARTED_AT_ANNOTATION]: toRfc3339(context.environment.now()) };
      const patch = { spec: { template: { metadata: { annotations } } } };
      await patchDeployment(context, place, { type: 'MERGE', patch, done: 'restarted' });
    }
  },
};
